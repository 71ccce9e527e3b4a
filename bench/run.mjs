#!/usr/bin/env node
// Measures targets side by side: node bench/run.mjs --targets loom:files,bare:raw --workloads W1,W3 --rounds 3 --json out.json
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { program } from './harness/build.mjs';
import { parseCommandLine } from './harness/command-line.mjs';
import { BENCH } from './harness/home.mjs';
import { describeCommit, describeMachine } from './harness/machine.mjs';
import { runTarget } from './harness/run-target.mjs';
import { goalsTable } from './report/goals-table.mjs';
import { progressLine } from './report/progress-line.mjs';
import { Results } from './report/results.mjs';
import { workloadTables } from './report/workload-tables.mjs';
import { sizesAt } from './workloads/sizes.mjs';

const { targets, workloads, rounds, scale, reference, json, strict } = parseCommandLine(
  process.argv.slice(2),
);
const file = resolve(json ?? join(BENCH, 'out', `${new Date().toISOString().replaceAll(':', '-')}.json`));
const run = {
  at: new Date().toISOString(),
  commit: describeCommit(BENCH),
  machine: describeMachine(),
  scale,
  rounds,
  records: [],
};

// Compiling is no part of the first figure.
program('lg');
mkdirSync(dirname(file), { recursive: true });
for (let round = 1; round <= rounds; round++) {
  // Forth and back, so that what runs first in one round runs last in the next.
  for (const target of round % 2 === 1 ? targets : targets.toReversed()) {
    for await (const record of runTarget(target, workloads, sizesAt(scale), round)) {
      run.records.push(record);
      console.log(progressLine(record));
      writeFileSync(file, JSON.stringify(run));
    }
  }
}

const results = new Results(run);
console.log(`${workloadTables(results, reference)}\n${goalsTable(results)}\nwritten to ${file}`);
if (strict && !run.records.every(isInOrder)) {
  console.error('Not everything was measured and found right, which --strict demands.');
  process.exitCode = 1;
}

/** A target may say that a workload is not for it; that parts of it are not installed is another matter. */
function isInOrder({ workload, skip, isGood }) {
  return isGood === true || (skip !== undefined && workload !== '*');
}
