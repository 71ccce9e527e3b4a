import { join } from 'node:path';
import { runClient } from '../harness/client.mjs';
import { debianProgram, peerPackage } from '../harness/missing.mjs';
import { freePort } from '../harness/ports.mjs';
import { GIB, LINE_BYTES, MIB, WRITE_BYTES } from '../workloads/sizes.mjs';

const BULK_IN_FLIGHT = 64;
const LINES_IN_FLIGHT = 1024;
const EVERY_MS = 5;

const run = ({ server }, ...args) => runClient('nats.mjs', [server.port, ...args]);

/** NATS JetStream with its file store, through its client for Node: not HTTP, and the client's CPU is in the note. */
export default () => ({
  only: ['W1', 'W2', 'W3', 'W4'],
  needs: [debianProgram('nats-server'), peerPackage('nats')],
  async start(stage) {
    const port = await freePort();
    const args = ['-a', '127.0.0.1', '-p', port, '-js', '-sd', join(stage.folder, 'jetstream')];
    const child = await stage.serve('nats-server', args, port);
    return { port, pids: [child.pid] };
  },
  measure: { W1: publishBulk, W2: publishLines, W3: readBulk, W4: latency },
});

async function publishBulk(session) {
  const { bulk } = session.sizes;
  const { elapsed, cpu, isGood } = await run(
    session,
    'publish',
    bulk / WRITE_BYTES,
    WRITE_BYTES,
    BULK_IN_FLIGHT,
  );
  session.bulkId = 'stored';
  return {
    ...{ value: bulk / MIB / elapsed, unit: 'MiB/s', work: bulk / GIB, per: 'CPU s/GiB', isGood },
    note: `${BULK_IN_FLIGHT} in flight; client CPU ${cpu.toFixed(2)} s`,
  };
}

async function publishLines(session) {
  const { lines } = session.sizes;
  const { elapsed, cpu, isGood } = await run(session, 'publish', lines, LINE_BYTES, LINES_IN_FLIGHT);
  return {
    ...{ value: lines / elapsed / 1000, unit: 'k lines/s', work: lines / 1e6, per: 'CPU s/M lines', isGood },
    note: `${LINES_IN_FLIGHT} in flight; client CPU ${cpu.toFixed(2)} s`,
  };
}

async function readBulk(session) {
  if (session.bulkId === undefined) await publishBulk(session);
  session.begin();
  const { bulk } = session.sizes;
  const { elapsed, cpu, bytes, isGood } = await run(session, 'read', bulk / WRITE_BYTES, WRITE_BYTES);
  return {
    ...{ value: bytes / MIB / elapsed, unit: 'MiB/s', work: bulk / GIB, per: 'CPU s/GiB', isGood },
    note: `client CPU ${cpu.toFixed(2)} s`,
  };
}

async function latency(session) {
  const count = Math.round(session.sizes.liveMs / EVERY_MS);
  const { p50, p99, max, isGood } = await run(session, 'latency', count, LINE_BYTES);
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
    note: 'both ends in one Node process',
  };
}
