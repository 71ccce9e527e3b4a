'use strict';

const { rmSync } = require('node:fs');
const { basename } = require('node:path');

/** Removes the directory of `make-temporary-directory.cjs`. A process that is about to end may still write there. */
module.exports = async () => {
  const directory = process.env.TMPDIR ?? '';
  if (basename(directory).startsWith('loom-tests-'))
    rmSync(directory, { recursive: true, force: true, maxRetries: 5 });
};
