const { roots, ...shared } = require('../../jest.config');

/**
 * Tests that wait for minutes. The tests of a file run concurrently, so that a file takes as long as its longest test.
 * @type {import('jest').Config}
 */
module.exports = {
  ...shared,
  rootDir: __dirname,
  testPathIgnorePatterns: ['/node_modules/'],
  testTimeout: 420_000,
  maxConcurrency: 32,
  // A file is a suite, and there is one.
  maxWorkers: 1,
};
