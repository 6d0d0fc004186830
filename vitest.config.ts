import { defineConfig } from 'vitest/config';
import SlowFirst from './test/slow-first.ts';

/** A process of its own for each file: they start servers, and change their environment. */
const apart = ['test/**/*.test.ts'];
/** Pure for the most part: many files in one process, which loads what they share once. */
const together = ['src/**/*.test.ts'];

export default defineConfig({
  test: {
    globalSetup: ['./test/live/support/bring.ts'],
    reporters: ['default', './test/live/support/skips-reporter.ts'],
    // Most of the time is waiting for servers: to start, to stop, to refuse. On two cores one worker would wait alone.
    maxWorkers: 4,
    sequence: { sequencer: SlowFirst },
    testTimeout: 20_000,
    hookTimeout: 60_000,
    coverage: { provider: 'v8', include: ['src/**'], exclude: ['**/*.test.ts', '**/tables/**'] },
    projects: [
      { extends: true, test: { name: 'apart', include: apart } },
      { extends: true, test: { name: 'together', include: together, isolate: false } },
    ],
  },
});
