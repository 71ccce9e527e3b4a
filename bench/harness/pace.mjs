import { postMessage } from '../targets/parts/request-heads.mjs';
import { generateLoad } from './load-generator.mjs';
import { loadTarget, open } from './run-target.mjs';

const CONNECTIONS = 32;
/** A machine that takes longer has no pace. */
const MAX_S = 50;

/**
 * What this machine takes for a small request to a bare server in Node that has compiled its code: what the figures of other machines
 * have to be seen against.
 * @returns microseconds of the server's CPU, and of time
 */
export async function measurePace(round, sizes) {
  const { stage, session } = await open(await loadTarget('bare:discard'), sizes);
  try {
    await sendRequests(session);
    session.begin();
    const { elapsed, lines } = await sendRequests(session);
    const micro = (seconds) => (seconds * 1e6) / lines;
    return { round, cpu: micro(session.spent().cpuApp), time: micro(elapsed) };
  } finally {
    await stage.clear();
  }
}

async function sendRequests(session) {
  const lg = await generateLoad({
    ...{ mode: 'lines', ...session.wire, style: 'perreq', pub: postMessage('/stream/{id}'), id: 'pace' },
    ...{ producers: CONNECTIONS, lines: Math.ceil(session.sizes.requests / CONNECTIONS), maxs: MAX_S },
  });
  if (lg.complete !== 1 || lg.errs > 0)
    throw new Error(lg.err || `no answer to some requests within ${MAX_S} s`);
  return lg;
}
