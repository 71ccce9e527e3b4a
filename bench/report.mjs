#!/usr/bin/env node
// Tables of a run: node bench/report.mjs out.json [--reference bare:raw] [--growth growth.json] [--lines lines.json] [--markdown docs/performance.md]
// Without a run, those of lines and searches, which replace only their section of the page: node bench/report.mjs --lines lines.json …
import { readFileSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { goalsTable } from './report/goals-table.mjs';
import { linesSection } from './report/lines-section.mjs';
import { performancePage } from './report/performance-page.mjs';
import { replaceSection } from './report/replace-section.mjs';
import { Results } from './report/results.mjs';
import { workloadTables } from './report/workload-tables.mjs';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    reference: { type: 'string', default: 'bare:raw' },
    growth: { type: 'string' },
    lines: { type: 'string' },
    markdown: { type: 'string' },
  },
});
const [file] = positionals;
const { markdown, reference } = values;
const [growth, lines] = [read(values.growth), read(values.lines)];
if (file === undefined && lines === undefined) throw new Error('report.mjs takes the JSON file of a run');

if (file === undefined) {
  const section = linesSection(lines);
  if (markdown === undefined) console.log(section);
  else writeFileSync(markdown, replaceSection(readFileSync(markdown, 'utf8'), section));
} else {
  const results = new Results(read(file));
  if (markdown === undefined) console.log(`${workloadTables(results, reference)}\n${goalsTable(results)}`);
  else writeFileSync(markdown, performancePage(results, { growth, lines, reference }));
}

function read(path) {
  return path && JSON.parse(readFileSync(path, 'utf8'));
}
