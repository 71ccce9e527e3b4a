import { postMessage } from '../targets/parts/request-heads.mjs';
import { sizesAt } from '../workloads/sizes.mjs';
import { generateLoad } from './load-generator.mjs';
import { loadTarget, open } from './run-target.mjs';

const CONNECTIONS = 32;
const REQUESTS = 16_000;

/**
 * What this machine takes for a small request to a bare server in Node that has compiled its code: what the figures of other machines
 * have to be seen against.
 * @returns microseconds of the server's CPU, and of time
 */
export async function measurePace(round) {
  const { stage, session } = await open(await loadTarget('bare:discard'), sizesAt(1));
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
    ...{ producers: CONNECTIONS, lines: REQUESTS / CONNECTIONS },
  });
  if (lg.complete !== 1 || lg.errs > 0) throw new Error(`a bare server was not measured: ${lg.err}`);
  return lg;
}
