#!/usr/bin/env node
// What it costs to show a log of 1,000,000 lines in a browser, beside other ways to show one:
// node bench/web.mjs [--targets loom,xterm,codemirror,logviewer] [--rounds 3] [--scale 1] [--limit 120]
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { loadavg } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { BENCH, HOME } from './harness/home.mjs';
import { describeCommit, describeMachine } from './harness/machine.mjs';
import { assertInstalled } from './harness/missing.mjs';
import { Stage } from './harness/stage.mjs';
import { writeLong } from './lines/text.mjs';
import { webFigureLine, webTable } from './report/web-table.mjs';
import { chromiumPart, MeasuredPage } from './web/browser.mjs';
import { bundle } from './web/bundle.mjs';
import { measure } from './web/measure.mjs';
import { PageServer } from './web/page-server.mjs';
import { ServedLog } from './web/served-log.mjs';
import { TARGETS, versionOf } from './web/targets.mjs';

const REPOSITORY = process.env.BENCH_LOOM ?? join(BENCH, '..');
const LINES = 1_000_000;
const MS = 1000;

const { values } = parseArgs({
  options: {
    targets: { type: 'string', default: Object.keys(TARGETS).join(',') },
    rounds: { type: 'string', default: '3' },
    scale: { type: 'string', default: '1' },
    // Seconds for each thing that is waited for.
    limit: { type: 'string', default: '120' },
    json: { type: 'string', default: join(BENCH, 'out/web.json') },
  },
});
const scale = Number(values.scale);
const names = values.targets.split(',').filter(isInstalled);
const run = {
  ...{ at: new Date().toISOString(), commit: describeCommit(REPOSITORY), machine: describeMachine() },
  ...{ chromium: await MeasuredPage.version(), scale, rounds: Number(values.rounds) },
  ...{ limitSeconds: Number(values.limit), lines: Math.round(LINES * scale), bytes: 0 },
  targets: names.map((name) => ({ name, title: TARGETS[name].title, version: versionOf(TARGETS[name]) })),
  // How busy the machine was when each target began.
  ...{ loads: [], figures: [], wrong: [] },
};

mkdirSync(dirname(resolve(values.json)), { recursive: true });
mkdirSync(HOME, { recursive: true });
const folder = mkdtempSync(join(HOME, 'web-'));
const pages = await PageServer.start(
  names.flatMap((name) => (TARGETS[name].page === undefined ? [] : bundle(TARGETS[name].page))),
);
try {
  const text = await writeLong(folder, run.lines);
  run.bytes = text.bytes;
  for (let round = 1; round <= run.rounds; round++) await measureRound(text, round);
} finally {
  await pages.stop();
  rmSync(folder, { recursive: true });
}
console.log(`\n${webTable(run)}\nwritten to ${values.json}`);
if (run.wrong.length > 0) process.exitCode = 1;

/** Each round has a server of its own, and turns the order of the targets round. */
async function measureRound(text, round) {
  const stage = new Stage();
  try {
    const log = await ServedLog.start(stage, REPOSITORY, text, pages.origin);
    for (const name of round % 2 === 1 ? names : names.toReversed()) await measureTarget(name, log, round);
  } finally {
    await stage.clear();
  }
}

/** What goes wrong with one target does not keep the run from the others; it fails at its end. */
async function measureTarget(target, log, round) {
  run.loads.push(loadavg()[0]);
  try {
    for await (const figure of measure(TARGETS[target], log, run.limitSeconds * MS)) {
      run.figures.push({ target, round, ...figure });
      writeFileSync(values.json, JSON.stringify(run));
      console.log(`round ${round}  ${webFigureLine({ target, ...figure })}`);
    }
  } catch (error) {
    run.wrong.push({ target, round, note: error.message });
    writeFileSync(values.json, JSON.stringify(run));
    console.error(`round ${round}  ${target} WRONG ${error.stack}`);
  }
}

function isInstalled(name) {
  if (TARGETS[name] === undefined)
    throw new Error(`no target is called ${name}; there are ${Object.keys(TARGETS).join(', ')}`);
  try {
    assertInstalled([chromiumPart, ...TARGETS[name].needs]);
    return true;
  } catch (error) {
    console.error(`${name} is skipped: ${error.message}`);
    return false;
  }
}
