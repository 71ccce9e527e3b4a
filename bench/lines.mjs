#!/usr/bin/env node
// What it costs to address a log by lines and times, and to search it, beside wc and grep on the same bytes:
// node bench/lines.mjs [--workloads L1,L2,L3,L4] [--stores files,redis] [--rounds 3] [--scale 1] [--large 256] ; BENCH_LOOM=<the commit before, built> for the memory per log.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { program } from './harness/build.mjs';
import { BENCH, HOME } from './harness/home.mjs';
import { describeCommit, describeMachine } from './harness/machine.mjs';
import { Stage } from './harness/stage.mjs';
import { memoryPerLog } from './lines/memory-per-log.mjs';
import { linesAt } from './lines/sizes.mjs';
import { Subject } from './lines/subject.mjs';
import { writeLong, writeShort } from './lines/text.mjs';
import { WORKLOADS } from './lines/workloads.mjs';
import { figureLine, isWithin, linesTable } from './report/lines-table.mjs';

const REPOSITORY = join(BENCH, '..');
const OTHER = process.env.BENCH_LOOM;

const { values } = parseArgs({
  options: {
    workloads: { type: 'string', default: Object.keys(WORKLOADS).join(',') },
    stores: { type: 'string', default: 'files,redis' },
    rounds: { type: 'string', default: '3' },
    scale: { type: 'string', default: '1' },
    // MiB of the large log of L2.
    large: { type: 'string', default: '256' },
    json: { type: 'string', default: join(BENCH, 'out/lines.json') },
    // Exit with 1 if a bound does not hold, too.
    strict: { type: 'boolean', default: false },
  },
});
const sizes = linesAt(Number(values.scale), Number(values.large));
const names = values.workloads.split(',');
const stores = values.stores.split(',');
const run = {
  ...{ at: new Date().toISOString(), commit: describeCommit(BENCH), machine: describeMachine() },
  ...{ scale: sizes.scale, rounds: Number(values.rounds), largeMiB: sizes.largeMiB, figures: [], wrong: [] },
};

program('lg');
mkdirSync(dirname(resolve(values.json)), { recursive: true });
const folder = mkdtempSync(join(HOME, 'lines-'));
try {
  const texts = {
    long: await writeLong(folder, sizes.long),
    short: await writeShort(folder, sizes.short),
  };
  for (let round = 1; round <= run.rounds; round++) {
    for (const store of round % 2 === 1 ? stores : stores.toReversed()) await measure(store, texts, round);
  }
} finally {
  rmSync(folder, { recursive: true });
}
console.log(`\n${linesTable(run.figures)}\nwritten to ${values.json}`);
const isMissed = run.figures.some((figure) => isWithin(figure) === false);
if (run.wrong.length > 0 || (values.strict && isMissed)) process.exitCode = 1;

/** Each round has a server of its own. A wrong answer ends its workload, and the run goes on, to fail at its end. */
async function measure(store, texts, round) {
  const stage = new Stage();
  try {
    const subject = await Subject.start(stage, store, REPOSITORY, { texts, sizes });
    for (const workload of names) await note(workload, store, round, WORKLOADS[workload](subject));
    if (!names.includes('L4')) return;
    if (OTHER === undefined)
      console.log('L4 memory per log is not measured: set BENCH_LOOM to the commit before, built');
    else await note('L4', store, round, memoryPerLog(subject, REPOSITORY, OTHER));
  } finally {
    await stage.clear();
  }
}

async function note(workload, store, round, figures) {
  try {
    for await (const figure of figures) {
      const record = { workload, store, round, ...figure };
      run.figures.push(record);
      console.log(`round ${round}  ${figureLine(record)}`);
      writeFileSync(values.json, JSON.stringify(run));
    }
  } catch (error) {
    run.wrong.push({ workload, store, round, note: error.message });
    console.error(`round ${round}  ${workload} ${store} WRONG ${error.message}`);
    writeFileSync(values.json, JSON.stringify(run));
  }
}
