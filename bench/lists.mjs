#!/usr/bin/env node
// What lists, a spy's start and the removal of a build cost among many streams:
// node bench/lists.mjs [--stores files,redis] [--streams 100000] ; BENCH_LOOM=<another checkout, built> measures that one.
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { BENCH } from './harness/home.mjs';
import { LONGEST_TURN, startProbed } from './harness/probed-loom.mjs';
import { redisCli } from './harness/redis-info.mjs';
import { Stage } from './harness/stage.mjs';
import { usageOf } from './harness/usage.mjs';
import { BUILD_7, fill, openOf } from './lists/fill.mjs';
import { FILTERS, firstPage } from './lists/first-pages.mjs';
import { afterSpyLeft, spyStart } from './lists/spying.mjs';

const REPOSITORY = process.env.BENCH_LOOM ?? join(BENCH, '..');

const { values } = parseArgs({
  options: {
    stores: { type: 'string', default: 'files,redis' },
    streams: { type: 'string', default: '100000' },
  },
});
for (const store of values.stores.split(',')) await measure(store, Number(values.streams));

async function measure(store, count) {
  const stage = new Stage();
  try {
    const redis = store === 'redis' ? await stage.redis() : undefined;
    const url = redis?.url ?? `file:${join(stage.folder, 'data')}`;
    console.log(`${store}: ${count} streams`);
    show('streams made per second', await fill(REPOSITORY, url, count));
    if (redis !== undefined) show('bytes of Redis per stream', (await bytesOf(redis)) / count);
    const server = await startProbed(stage, { repository: REPOSITORY, url, probe: LONGEST_TURN });
    await server.probe();
    for (const filter of FILTERS) await measureFilter(server, filter);
    const spied = await spyStart(server.origin, openOf(count));
    show(`spy shows ${openOf(count)} open streams, ms`, spied, await server.probe());
    const pids = [server.pid, ...(redis ? [redis.pid] : [])];
    show('CPU s after a spy left', await afterSpyLeft(server.origin, pids), await server.probe());
    show(`DELETE of a build of ${BUILD_7}, ms`, await removeBuild(server), await server.probe());
    show('MiB resident', usageOf([server.pid]).rss);
  } finally {
    await stage.clear();
  }
}

async function measureFilter({ origin, probe }, filter) {
  const { p50, streams, requests } = await firstPage(origin, filter);
  show(`?${filter}: ${streams} streams, ${requests} requests, ms`, p50, await probe());
}

async function removeBuild({ origin }) {
  const before = performance.now();
  const { deleted } = await (await fetch(`${origin}/stream/build/7`, { method: 'DELETE' })).json();
  if (deleted.length !== BUILD_7) throw new Error(`${deleted.length} streams were deleted`);
  return performance.now() - before;
}

async function bytesOf({ port }) {
  return Number(/used_memory:(\d+)/.exec(await redisCli(port, 'INFO', 'memory'))[1]);
}

function show(what, value, turn) {
  const longest = turn === undefined ? '' : `   longest turn ${turn.toFixed(0)} ms`;
  console.log(`  ${what.padEnd(62)} ${value.toFixed(1).padStart(9)}${longest}`);
}
