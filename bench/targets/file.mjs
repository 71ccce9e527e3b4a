import { runClient } from '../harness/client.mjs';
import { GIB, MIB } from '../workloads/sizes.mjs';

const run = ({ server }, ...args) => runClient('file.mjs', [server.folder, ...args]);

/** Limit: appending to a plain file and reading it in Node, without HTTP. */
export default () => ({
  only: ['W1', 'W2', 'W3'],
  start: async (stage) => ({ pids: [], folder: stage.folder }),
  measure: { W1: append, W2: writeLines, W3: read },
});

async function append(session) {
  const mebibytes = session.sizes.bulk / MIB;
  const { elapsed, synced, cpu, isGood } = await run(session, 'append', mebibytes);
  const sync = await run(session, 'append-sync', mebibytes);
  const note = [
    'fs.write, one in flight',
    `with fdatasync at the end ${Math.round(mebibytes / synced)} MiB/s`,
    `writeSync ${Math.round(mebibytes / sync.elapsed)} MiB/s`,
    `CPU ${perGib(cpu, session)} s/GiB`,
  ].join('; ');
  return { value: mebibytes / elapsed, unit: 'MiB/s', isGood, note };
}

async function writeLines(session) {
  const lines = Math.ceil(session.sizes.lines / 4);
  const { elapsed, cpu, isGood } = await run(session, 'lines', lines);
  const note = `a write a line, one in flight; CPU ${((cpu / lines) * 1e6).toFixed(1)} s/M lines`;
  return { value: lines / elapsed / 1000, unit: 'k lines/s', isGood, note };
}

async function read(session) {
  const mebibytes = session.sizes.bulk / MIB;
  await run(session, 'append', mebibytes);
  const { elapsed, cpu, isGood } = await run(session, 'read', mebibytes);
  const note = `fs.read of 256 KiB from the page cache; CPU ${perGib(cpu, session)} s/GiB`;
  return { value: mebibytes / elapsed, unit: 'MiB/s', isGood, note };
}

function perGib(cpu, { sizes }) {
  return (cpu / (sizes.bulk / GIB)).toFixed(2);
}
