import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['src/**/*.test.ts', 'test/**/*.test.ts'],
    globalSetup: ['./test/live/support/bring.ts'],
    reporters: ['default', './test/live/support/skips-reporter.ts'],
    testTimeout: 20_000,
    coverage: { provider: 'v8', include: ['src/**'], exclude: ['**/*.test.ts', '**/tables/**'] },
  },
});
