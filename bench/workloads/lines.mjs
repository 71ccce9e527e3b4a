import { generateLoad } from '../harness/load-generator.mjs';
import { isGood, readersOf } from './ingest.mjs';
import { readBack } from './read-back.mjs';

const CONNECTIONS = 32;
/** What `sizes.requests` may take, and how much longer until the load generator counts as hung. */
const REQUESTS_S = 15;
const HUNG_S = 15;

/** Lines in one streaming request, an HTTP chunk each. */
export async function linesInOneRequest(session) {
  const { target, sizes } = session;
  if (target.style !== 'chunked') return { skip: 'a request per message' };
  const id = await session.newStreams('W2');
  session.begin();
  const lg = await generateLoad({
    ...{ mode: 'lines', ...session.wire, id, lines: sizes.lines },
    ...{ ...readersOf(target), eof: Number(session.endsReaders), maxs: 15 },
  });
  const spent = session.spent();
  const read = target.isRelay
    ? { isWhole: lg.complete === 1, waited: 0 }
    : await readBack(session, { id, lines: sizes.lines, verify: 'lines' }, 1);
  return {
    value: sizes.lines / (lg.elapsed + read.waited) / 1000,
    unit: 'k lines/s',
    work: sizes.lines / 1e6,
    per: 'CPU s/M lines',
    isGood: isGood(lg) && read.isWhole,
    ...{ spent, note: read.note, lg, read },
  };
}

/** Each line a request of its own, appended to one of 32 streams. @param times how many times the usual number of requests */
export const requestPerLine = (times) => async (session) => {
  const { target, sizes } = session;
  const publish = target.append ?? (target.style === 'perreq' ? target.publish : undefined);
  if (publish === undefined) return { skip: 'no append by request' };
  const lines = Math.ceil((times * sizes.requests) / CONNECTIONS);
  const id = await session.newStreams(`W2bx${times}`, CONNECTIONS, target.createForAppends ?? target.create);
  const maxs = times * REQUESTS_S;
  const load = { mode: 'lines', ...session.wire, style: 'perreq', pub: publish, id };
  session.begin();
  const lg = await generateLoad(
    { ...load, producers: CONNECTIONS, lines, maxs },
    undefined,
    (maxs + HUNG_S) * 1000,
  );
  const spent = session.spent();
  const read = await readBack(session, { id, lines, verify: 'lines' }, CONNECTIONS);
  return {
    value: lg.lines / (lg.elapsed + read.waited) / 1000,
    unit: 'k req/s',
    work: lg.lines / 1e6,
    per: 'CPU s/M req',
    isGood: isGood(lg) && read.isWhole,
    ...{ spent, note: target.appendNote ?? read.note, lg, read },
  };
};
