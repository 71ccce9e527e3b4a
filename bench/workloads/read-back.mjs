import { setTimeout as delay } from 'node:timers/promises';
import { generateLoad } from '../harness/load-generator.mjs';

const POLL_MS = 20;
const TAIL_WAIT_S = 0.5;
const NOTICEABLE_WAIT_S = 0.3;

/**
 * Reads what the server has just confirmed, and compares every byte. What is not readable yet is asked for again.
 * @param expected `{id, bytes}` of pattern, or `{id, lines, verify: 'lines'}`
 * @returns `isWhole`, and `waited`: the seconds that the server took longer than its confirmation said
 */
export async function readBack(session, expected, streams) {
  const { target, sizes } = session;
  const maxSeconds = sizes.patienceSeconds;
  if (target.verify) return { waited: 0, ...(await target.verify(session.server, expected, streams)) };
  const read = (sub) =>
    generateLoad({
      ...{ mode: 'read', ...session.wire, sub, ...expected },
      ...{ streams, readers: streams, eof: 0, maxs: maxSeconds },
    });
  const began = performance.now();
  for (;;) {
    const waited = (performance.now() - began) / 1000;
    const result = await read(target.check ?? target.replay ?? target.subscribe);
    if (result.complete && !result.bad) {
      return { isWhole: true, waited: waited + (await waitInside(result, session, read)) };
    }
    if (waited > maxSeconds || result.bad) return { isWhole: false, waited: 0, lg: result };
    await delay(POLL_MS);
  }
}

/** Where only a tailing read is possible it may itself have waited for the store: by what a second read does not need. */
async function waitInside(first, { target }, read) {
  if (!target.chargeWait || first.elapsed < TAIL_WAIT_S) return 0;
  const second = await read(target.replay ?? target.subscribe);
  const wait = first.elapsed - second.elapsed;
  return second.complete && wait > NOTICEABLE_WAIT_S ? wait : 0;
}
