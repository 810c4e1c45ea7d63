import { defineConfig } from 'vitest/config';

export default defineConfig({
  // Vite's own configuration builds the portal; tests run the sources as they are.
  resolve: { tsconfigPaths: false },
  test: {
    include: ['src/**/*.test.{ts,tsx}', 'bench/**/*.test.ts', 'tools/**/*.test.ts', 'test/**/*.test.ts'],
    globalSetup: ['test/support/database-server.ts'],
    environment: 'node',
    pool: 'forks',
    expect: { poll: { timeout: 30_000 } }, // a busy machine, and transactions of other tests, may need it
    testTimeout: 20_000,
    hookTimeout: 60_000,
    teardownTimeout: 30_000,
    passWithNoTests: false,
    reporters: ['default', './tools/closing-line-reporter.ts'],
  },
});
