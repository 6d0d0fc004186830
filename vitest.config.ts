import { defineConfig } from 'vitest/config';
import SlowFirst from './test/slow-first.ts';

export default defineConfig({
  test: {
    include: ['src/**/*.test.ts', 'test/**/*.test.ts'],
    globalSetup: ['./test/live/support/bring.ts'],
    reporters: ['default', './test/live/support/skips-reporter.ts'],
    // Most of the time is waiting for servers: to start, to stop, to refuse. On two cores one worker would wait alone.
    maxWorkers: 4,
    sequence: { sequencer: SlowFirst },
    testTimeout: 20_000,
    coverage: { provider: 'v8', include: ['src/**'], exclude: ['**/*.test.ts', '**/tables/**'] },
  },
});
