#!/usr/bin/env node
// Tables of a run: node bench/report.mjs out.json [--reference bare:raw] [--growth growth.json] [--lines lines.json] [--markdown docs/performance.md]
// Without a run, a section that replaces only itself in its page: of lines and searches, or of viewers:
// node bench/report.mjs --lines lines.json [--markdown docs/performance.md]; node bench/report.mjs --web web.json [--markdown docs/viewer.md]
import { readFileSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { goalsTable } from './report/goals-table.mjs';
import { linesSection } from './report/lines-section.mjs';
import { performancePage } from './report/performance-page.mjs';
import { replaceSection } from './report/replace-section.mjs';
import { Results } from './report/results.mjs';
import { webSection } from './report/web-section.mjs';
import { workloadTables } from './report/workload-tables.mjs';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    reference: { type: 'string', default: 'bare:raw' },
    growth: { type: 'string' },
    lines: { type: 'string' },
    web: { type: 'string' },
    markdown: { type: 'string' },
  },
});
const [file] = positionals;
const { markdown, reference } = values;
const [growth, lines, web] = [read(values.growth), read(values.lines), read(values.web)];

if (web !== undefined) putSection(webSection(web));
else if (file !== undefined) putRun(new Results(read(file)));
else if (lines !== undefined) putSection(linesSection(lines));
else throw new Error('report.mjs takes the JSON file of a run');

function putRun(results) {
  if (markdown === undefined) console.log(`${workloadTables(results, reference)}\n${goalsTable(results)}`);
  else writeFileSync(markdown, performancePage(results, { growth, lines, reference }));
}

function putSection(section) {
  if (markdown === undefined) console.log(section);
  else writeFileSync(markdown, replaceSection(readFileSync(markdown, 'utf8'), section));
}

function read(path) {
  return path && JSON.parse(readFileSync(path, 'utf8'));
}
