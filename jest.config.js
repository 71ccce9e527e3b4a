/** @type {import('jest').Config} */
module.exports = {
  testEnvironment: 'node',
  roots: ['<rootDir>/test'],
  // What takes minutes has a run of its own.
  testPathIgnorePatterns: ['/node_modules/', '<rootDir>/test/long/'],
  transform: { '\\.ts$': ['@swc/jest', { jsc: { target: 'es2022', parser: { syntax: 'typescript' } } }] },
  // Longer than the patience of any single step (test/support/patience.ts), which then says what did not happen.
  testTimeout: 300_000,
  globalSetup: require.resolve('./test/support/make-temporary-directory.cjs'),
  globalTeardown: require.resolve('./test/support/remove-temporary-directory.cjs'),
  testSequencer: require.resolve('./test/support/slow-first.cjs'),
  // More than the two processors of a small machine: most suites wait for other processes half of their time.
  maxWorkers: 4,
  // Modules of past suites stay in a worker: after some 300 suites it ran out of memory, and the last ones before that are slow.
  workerIdleMemoryLimit: '500MB',
};
