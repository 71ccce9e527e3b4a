import { generateLoad } from '../harness/load-generator.mjs';
import { ingestOne } from './ingest.mjs';
import { GIB, MIB } from './sizes.mjs';

const MAX_SECONDS = 15;

/** Reads the finished bulk stream. Several readers are stopped after 15 s: what they have by then counts. */
export const replay = (readers) => async (session) => {
  const { target, sizes } = session;
  if (session.bulkId === undefined) await ingestOne(session);
  session.begin();
  const lg = await generateLoad({
    ...{ mode: 'read', ...session.wire, sub: target.replay ?? target.subscribe, id: session.bulkId },
    ...{ streams: 1, readers, bytes: sizes.bulk, eof: Number(session.endsReaders), maxs: MAX_SECONDS },
  });
  const stopped = `stopped after ${MAX_SECONDS} s and ${Math.round(lg.bytes / MIB)} MiB`;
  return {
    value: lg.bytes / MIB / lg.elapsed,
    unit: 'MiB/s',
    work: lg.bytes / GIB,
    per: 'CPU s/GiB',
    isGood: lg.bad === 0 && lg.errs === 0 && (lg.complete === 1 || readers > 1),
    note: lg.complete === 1 ? undefined : stopped,
    lg,
  };
};
