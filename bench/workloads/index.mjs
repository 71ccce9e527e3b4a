import { idleTails } from './idle-tails.mjs';
import { ingest, ingestOne } from './ingest.mjs';
import { linesInOneRequest, requestPerLine } from './lines.mjs';
import { latency, saturation } from './live.mjs';
import { replay } from './replay.mjs';

/** In the order in which they run: W3 replays what W1 has stored. */
export const WORKLOADS = {
  W1: {
    title: 'Ingest, one producer: 256 MiB in writes of 64 KiB, until confirmed; then read back and compared',
    takesMemory: true,
    run: ingestOne,
  },
  W1x8: { title: 'Ingest, eight producers of 32 MiB each', takesMemory: true, run: ingest(8) },
  W2: {
    title: '200,000 lines of 100 bytes in one request, an HTTP chunk each; read back and compared',
    run: linesInOneRequest,
  },
  W2b: {
    title: '16,000 lines of 100 bytes, a request each, over 32 kept connections to 32 streams',
    run: requestPerLine(1),
  },
  W2bx10: {
    title: 'Ten times as many: a server in Node has compiled what it runs by then',
    run: requestPerLine(10),
  },
  W3: { title: 'Replay of a finished stream of 256 MiB, one reader', run: replay(1) },
  W3x8: { title: 'The same for eight readers at once, for 15 s at most', run: replay(8) },
  W4: {
    title: 'Latency: a line each 5 ms to one tail, 3 s',
    run: latency('W4', () => ({ consumers: 1, rate_mhz: 200_000 })),
  },
  W4x200: {
    title: 'Latency: 200 streams of 10 lines/s, a tail each, 3 s',
    run: latency('W4x', () => ({ consumers: 1, streams: 200, rate_mhz: 10_000 })),
  },
  W5: {
    title: 'Fan-out: 100 lines/s to 500 tails, 3 s, and everything delivered within 6 s more',
    run: latency('W5', ({ scaled }) => ({ consumers: scaled(500), rate_mhz: 100_000 })),
  },
  W5x2000: {
    title: 'The same to 2,000 tails',
    run: latency('W5x', ({ scaled }) => ({ consumers: scaled(2000), rate_mhz: 100_000 })),
  },
  W5max: {
    title: 'Fan-out at saturation: 500 tails, 256 lines on their way at any time, 3 s',
    run: saturation('W5m', ({ scaled }) => ({ consumers: scaled(500), window: 256 })),
  },
  W6: {
    title: '500 streams with a silent producer, 5,000 tails that have read one line',
    // A process that has worked before has freed memory to give the tails, which would hide most of what they take.
    isFresh: true,
    run: idleTails,
  },
};
