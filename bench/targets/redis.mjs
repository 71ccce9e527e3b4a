import { runClient } from '../harness/client.mjs';
import { debianProgram } from '../harness/missing.mjs';
import { redisCli } from '../harness/redis-info.mjs';
import { GIB, LINE_BYTES, MIB, WRITE_BYTES } from '../workloads/sizes.mjs';

const BULK_IN_FLIGHT = [1, 4, 32];
const LINES_IN_FLIGHT = 256;
const BATCH_BYTES = [1600, 16_000, 65_500];
const PAGES = [1, 4, 16, 64, 256];
const EVERY_MS = 5;

const run = ({ server }, ...args) => runClient('redis.mjs', [server.redis.port, ...args]);

/**
 * Limit: Redis Streams by ioredis without a service between. The CPU is Redis's, that of the client is in the note.
 * `redis:ioredis` without persistence, `redis:aof` with a log of appends that is synced each second.
 */
export default (kind = 'ioredis') => ({
  only: kind === 'aof' ? ['W1', 'W2'] : ['W1', 'W2', 'W3', 'W4'],
  needs: [debianProgram('redis-server'), debianProgram('redis-cli', 'redis-tools')],
  start: async (stage) => ({
    pids: [],
    redis: await stage.redis({ fsync: kind === 'aof' ? 'everysec' : undefined }),
  }),
  measure: { W1: addBulk, W2: addLines, W3: readBulk, W4: latency },
});

/** The most in flight is the figure; fewer are in the note. */
async function addBulk(session) {
  const { bulk } = session.sizes;
  const runs = [];
  for (const inFlight of BULK_IN_FLIGHT) {
    await forget(session);
    session.begin();
    const result = await run(session, 'add', bulk / WRITE_BYTES, WRITE_BYTES, inFlight);
    runs.push({ ...result, inFlight, value: bulk / MIB / result.elapsed, spent: session.spent() });
  }
  session.bulkId = 'stored';
  const { value, spent, cpu } = runs.at(-1);
  const others = runs.map((each) => `${each.inFlight}: ${Math.round(each.value)}`).join(', ');
  return {
    ...{ value, unit: 'MiB/s', work: bulk / GIB, per: 'CPU s/GiB', spent },
    isGood: runs.every(({ isGood }) => isGood),
    note: `in flight ${others} MiB/s; client CPU ${cpu.toFixed(2)} s`,
  };
}

/** An entry a line is the figure; what lines gathered into entries reach is in the note. */
async function addLines(session) {
  const { lines } = session.sizes;
  await forget(session);
  session.begin();
  const { elapsed, cpu, isGood } = await run(session, 'add', lines, LINE_BYTES, LINES_IN_FLIGHT);
  const spent = session.spent();
  const batches = [];
  for (const bytes of BATCH_BYTES) {
    await forget(session);
    const batch = await run(session, 'add-batches', lines, LINE_BYTES, bytes);
    batches.push(`${bytes} B ${Math.round(lines / batch.elapsed / 1000)}`);
  }
  return {
    ...{
      value: lines / elapsed / 1000,
      unit: 'k lines/s',
      work: lines / 1e6,
      per: 'CPU s/M lines',
      isGood,
      spent,
    },
    note: [
      `an entry a line, ${LINES_IN_FLIGHT} in flight`,
      `gathered into entries, one in flight: ${batches.join(', ')} k lines/s`,
      `client CPU ${cpu.toFixed(2)} s`,
    ].join('; '),
  };
}

/** The best page size is the figure. */
async function readBulk(session) {
  const { bulk } = session.sizes;
  const entries = bulk / WRITE_BYTES;
  if (session.bulkId === undefined) {
    await forget(session);
    await run(session, 'add', entries, WRITE_BYTES, BULK_IN_FLIGHT.at(-1));
  }
  const runs = [];
  for (const page of PAGES) {
    session.begin();
    const result = await run(session, 'range', entries, WRITE_BYTES, page);
    runs.push({ ...result, page, value: bulk / MIB / result.elapsed, spent: session.spent() });
  }
  const best = runs.reduce((a, b) => (b.value > a.value ? b : a));
  const pages = runs.map((each) => `${each.page} ${Math.round(each.value)}`).join(', ');
  return {
    ...{ value: best.value, unit: 'MiB/s', work: bulk / GIB, per: 'CPU s/GiB', spent: best.spent },
    isGood: runs.every(({ isGood }) => isGood),
    note: `XRANGE of 64 KiB entries by COUNT: ${pages}; client CPU ${best.cpu.toFixed(2)} s`,
  };
}

async function latency(session) {
  await forget(session);
  session.begin();
  const count = Math.round(session.sizes.liveMs / EVERY_MS);
  const { p50, p99, max, isGood } = await run(session, 'wake', count, LINE_BYTES);
  return {
    ...{
      value: p50,
      unit: 'ms p50',
      isLowerBetter: true,
      p50,
      p99,
      max,
      work: count / 1e6,
      per: 'CPU s/M',
      isGood,
    },
    note: 'XADD to a blocked XREAD, both in one Node process',
  };
}

async function forget(session) {
  await redisCli(session.server.redis.port, 'FLUSHALL');
  session.bulkId = undefined;
}
