'use strict';

const { chmodSync, mkdtempSync } = require('node:fs');
const { tmpdir } = require('node:os');
const { join } = require('node:path');

/**
 * Gives a run of the tests a directory for temporary files, which `remove-temporary-directory.cjs` removes: also what a program under test leaves
 * on purpose, such as the undelivered bytes of `stream`. The workers of Jest, and what they start, inherit the variable.
 */
module.exports = async () => {
  const directory = mkdtempSync(join(tmpdir(), 'loom-tests-'));
  // As the directory around it: some tests start a process of another user.
  chmodSync(directory, 0o1777);
  process.env.TMPDIR = directory;
};
