const { roots, ...shared } = require('../../jest.config');

/**
 * What lasts for minutes of doing nothing. Everything in a file goes on at the same time, so that all takes as long as the longest.
 * @type {import('jest').Config}
 */
module.exports = {
  ...shared,
  rootDir: __dirname,
  testPathIgnorePatterns: ['/node_modules/'],
  testTimeout: 420_000,
  maxConcurrency: 32,
};
