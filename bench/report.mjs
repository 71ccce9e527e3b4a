#!/usr/bin/env node
// Tables of a run: node bench/report.mjs out.json [--reference bare:raw] [--growth growth.json] [--markdown docs/performance.md]
import { readFileSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { goalsTable } from './report/goals-table.mjs';
import { performancePage } from './report/performance-page.mjs';
import { Results } from './report/results.mjs';
import { workloadTables } from './report/workload-tables.mjs';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    reference: { type: 'string', default: 'bare:raw' },
    growth: { type: 'string' },
    markdown: { type: 'string' },
  },
});
const [file] = positionals;
if (file === undefined) throw new Error('report.mjs takes the JSON file of a run');

const results = new Results(JSON.parse(readFileSync(file, 'utf8')));
if (values.markdown === undefined) {
  console.log(`${workloadTables(results, values.reference)}\n${goalsTable(results)}`);
} else {
  const growth = values.growth && JSON.parse(readFileSync(values.growth, 'utf8'));
  writeFileSync(values.markdown, performancePage(results, growth, values.reference));
}
