// Writes the manual pages of stream and of each verb to dist/man, from the tables of its help. npm links them where a global package is installed.
import { mkdirSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';

const require = createRequire(import.meta.url);
const { manualTables } = require('../dist/cli/commands.js');
const { overviewPage, verbPage } = require('../dist/cli/manual/man-page.js');

const tables = manualTables();
mkdirSync('dist/man', { recursive: true });
writeFileSync('dist/man/stream.1', overviewPage(tables));
for (const command of tables.commands)
  writeFileSync(`dist/man/stream-${command.verb}.1`, verbPage(command, tables));
