#!/usr/bin/env node
// Shows that wrong content does not count: servers that are wrong in one way each must be refused, and right ones taken.
import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { areLines, isBulk } from './harness/expected-content.mjs';
import { BENCH, HOME } from './harness/home.mjs';
import { generateLoad } from './harness/load-generator.mjs';
import { FAULTS, startFaultyServer } from './servers/faulty.mjs';
import { get, postChunked, postMessage } from './targets/parts/request-heads.mjs';
import { MIB } from './workloads/sizes.mjs';

const run = promisify(execFile);
const LATE_S = 0.35;
const BULK_BYTES = 8 * MIB;
const LIVE = { consumers: 3, rate_mhz: 100_000, dur_ms: 400, grace_ms: 500 };
/** Which records of bare servers that are wrong on purpose count. Streams that lack something are only among those of W1x8. */
const EXPECTED = [
  ['bare:raw', 'W1', true],
  ['bare:raw', 'W1x8', true],
  ['bare:lossy', 'W1', true],
  ['bare:lossy', 'W1x8', false],
  ['bare:dies', 'W1', false],
  ['bare:dies', 'W1x8', false],
];
let wrong = 0;

for (const fault of Object.keys(FAULTS)) {
  const verdicts = await judge(fault);
  const isTaken = fault === 'none';
  check(
    `the load generator, ${fault}`,
    Object.values(verdicts).every((verdict) => verdict === isTaken),
    verdicts,
  );
}
const records = await measureBareServers();
for (const [target, workload, isGood] of EXPECTED) {
  const record = recordOf(target, workload);
  check(`${target} ${workload}`, record?.isGood === isGood, record?.note ?? record?.isGood);
}
const waited = recordOf('bare:late', 'W1')?.read?.waited;
check('bare:late W1, whose waiting counts', waited >= LATE_S, waited);
process.exitCode = wrong === 0 ? 0 : 1;

async function judge(fault) {
  const server = await startFaultyServer(fault);
  const wire = { port: server.port, style: 'chunked', pub: postChunked('/{id}'), sub: get('/{id}') };
  const verdicts = {};
  // Bulk bytes do not name their stream.
  if (fault !== 'another stream') {
    const bulk = { ...wire, id: 'bulk', bytes: BULK_BYTES };
    await generateLoad({ mode: 'ingest', ...bulk });
    verdicts.bulk = isTaken(await generateLoad({ mode: 'read', ...bulk, maxs: 2 }));
    verdicts.bulkInNode = isBulk(server.contentOf('/bulk0'), 0, BULK_BYTES);
  }
  verdicts.live = isTaken(await generateLoad({ mode: 'live', ...wire, id: 'live', ...LIVE }));
  server.close();
  const events = await judgeMessages(fault, 'events', { scan: '\n' });
  const records = await judgeMessages(fault, 'records', { scan: '\\n', s2: 1 });
  return { ...verdicts, events: events.live, records: records.live, linesInNode: records.stored };
}

/** A request a message, and tails that find its lines in events. */
async function judgeMessages(fault, form, options) {
  const server = await startFaultyServer(fault, form);
  const wire = {
    port: server.port,
    style: 'perreq',
    pub: postMessage('/{id}'),
    sub: get('/{id}'),
    ...options,
  };
  const lg = await generateLoad({ mode: 'live', ...wire, id: form, ...LIVE });
  // With the one that each tail gets by replay.
  const stored = areLines(server.contentOf(`/${form}0`), 0, lg.sent + 1);
  server.close();
  return { live: isTaken(lg), stored };
}

function isTaken({ complete, bad }) {
  return complete === 1 && bad === 0;
}

async function measureBareServers() {
  mkdirSync(HOME, { recursive: true });
  const folder = mkdtempSync(join(HOME, 'selftest-'));
  const json = join(folder, 'out.json');
  const targets = 'bare:raw,bare:lossy,bare:dies,bare:late';
  const args = ['--targets', targets, '--workloads', 'W1,W1x8', '--rounds', '1', '--scale', '0.125'];
  await run(process.execPath, [join(BENCH, 'run.mjs'), ...args, '--json', json]);
  const { records } = JSON.parse(readFileSync(json, 'utf8'));
  rmSync(folder, { recursive: true });
  return records;
}

function recordOf(target, workload) {
  return records.find((record) => record.target === target && record.workload === workload);
}

function check(what, isRight, seen) {
  if (!isRight) wrong += 1;
  console.log(
    `${isRight ? 'as it should be' : 'WRONG          '}  ${what.padEnd(44)} ${JSON.stringify(seen)}`,
  );
}
