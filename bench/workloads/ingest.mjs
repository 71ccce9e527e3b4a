import { generateLoad } from '../harness/load-generator.mjs';
import { readBack } from './read-back.mjs';
import { GIB, MIB } from './sizes.mjs';

/** @param producers that share the bulk bytes, a stream each */
export const ingest = (producers) => (session) => ingestBulk(session, producers, `W1x${producers}`);

/** The stream of one producer is what W3 replays. */
export async function ingestOne(session) {
  const result = await ingestBulk(session, 1, 'W1');
  if (result.isGood) session.bulkId = result.id;
  return result;
}

async function ingestBulk(session, producers, prefix) {
  const { target, sizes } = session;
  const bytes = sizes.bulk / producers;
  const id = await session.newStreams(prefix, producers);
  session.begin();
  const lg = await generateLoad({
    ...{ mode: 'ingest', ...session.wire, id, producers, bytes },
    ...{ ...readersOf(target), eof: Number(session.endsReaders), maxs: 18 },
  });
  const atConfirmation = session.now();
  const read = target.isRelay
    ? { isWhole: lg.complete === 1, waited: 0, note: 'relayed to one reader' }
    : await readBack(session, { id, bytes }, producers);
  return {
    id,
    value: sizes.bulk / MIB / (lg.elapsed + read.waited),
    unit: 'MiB/s',
    work: sizes.bulk / GIB,
    per: 'CPU s/GiB',
    isGood: isGood(lg) && read.isWhole,
    spent: session.spent(atConfirmation),
    note: read.waited > 1 ? `readable ${read.waited.toFixed(1)} s after the confirmation` : read.note,
    lg,
    read,
  };
}

/** Whether the load generator got and saw what it should have. */
export function isGood(lg) {
  return lg.complete === 1 && lg.bad === 0 && lg.errs === 0;
}

/** A relay stores nothing: its reader is there before the producer, so that no waiting for it counts. */
export function readersOf({ isRelay }) {
  return isRelay ? { consumers: 1, consfirst: 1 } : {};
}
