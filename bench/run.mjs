#!/usr/bin/env node
// Measures targets side by side: node bench/run.mjs --targets loom:files,bare:raw --workloads W1,W3 --rounds 3 --json out.json
import { join, resolve } from 'node:path';
import { program } from './harness/build.mjs';
import { parseCommandLine } from './harness/command-line.mjs';
import { BENCH } from './harness/home.mjs';
import { describeCommit, describeMachine } from './harness/machine.mjs';
import { measurePace } from './harness/pace.mjs';
import { RunFile } from './harness/run-file.mjs';
import { runTarget } from './harness/run-target.mjs';
import { goalsTable } from './report/goals-table.mjs';
import { paceLine, progressLine } from './report/progress-line.mjs';
import { Results } from './report/results.mjs';
import { workloadTables } from './report/workload-tables.mjs';
import { sizesAt } from './workloads/sizes.mjs';

const { targets, workloads, rounds, scale, reference, json, resume, strict } = parseCommandLine(
  process.argv.slice(2),
);
const path = resolve(json ?? join(BENCH, 'out', `${new Date().toISOString().replaceAll(':', '-')}.json`));
const file = new RunFile(path, {
  at: new Date().toISOString(),
  commit: describeCommit(BENCH),
  machine: describeMachine(),
  scale,
  rounds,
});
if (resume) file.resume();

// Compiling is no part of the first figure.
program('lg');
for (let round = 1; round <= rounds; round++) {
  // Forth and back, so that what runs first in one round runs last in the next.
  const ordered = round % 2 === 1 ? targets : targets.toReversed();
  const todo = ordered.filter((target) => !file.isFinished(target, round));
  if (todo.length > 0 && !file.hasPaceOf(round)) await takePace(round);
  for (const target of todo) await measureTarget(target, round);
}

const { run } = file;
const results = new Results(run);
console.log(`${workloadTables(results, reference)}\n${goalsTable(results)}\nwritten to ${path}`);
if (strict && !run.records.every(isInOrder)) {
  console.error('Not everything was measured and found right, which --strict demands.');
  process.exitCode = 1;
}

async function takePace(round) {
  try {
    const pace = await measurePace(round, sizesAt(scale));
    file.addPace(pace);
    console.log(paceLine(pace));
  } catch (error) {
    // The targets can be measured all the same.
    console.log(`round ${round}  the pace of this machine was not measured: ${error.message}`);
  }
}

async function measureTarget(target, round) {
  for await (const record of runTarget(target, workloads, sizesAt(scale), round)) {
    file.add(record);
    console.log(progressLine(record));
  }
  file.finish(target, round);
}

/** A target may say that a workload is not for it; that parts of it are not installed is another matter. */
function isInOrder({ workload, skip, isGood }) {
  return isGood === true || (skip !== undefined && workload !== '*');
}
