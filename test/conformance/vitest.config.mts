import { defineConfig } from 'vitest/config';

/** The suite of the Durable Streams protocol against real servers. Needs a build, and redis-server. */
export default defineConfig({
  test: {
    root: import.meta.dirname,
    include: ['*.conformance.mts'],
    // The suite sleeps for most of its time, so the three of them go side by side.
    fileParallelism: true,
    maxWorkers: 3,
    hookTimeout: 30_000,
    // Some of its tests make a hundred thousand assertions, which takes its time on a busy machine.
    testTimeout: 30_000,
    reporters: ['dot'],
  },
});
