import { defineConfig } from 'vitest/config';

/** The suite of the Durable Streams protocol against real servers. Needs a build, and redis-server. */
export default defineConfig({
  test: {
    root: import.meta.dirname,
    include: ['*.conformance.mts'],
    // The suite sleeps for most of its time, so the three of them go side by side.
    fileParallelism: true,
    maxWorkers: 3,
    // They bound a hang: on a busy machine a server takes its time to start, and so do the hundred thousand assertions of some tests.
    hookTimeout: 180_000,
    testTimeout: 180_000,
    reporters: ['dot'],
  },
});
