import { coldReplay } from './cold-replay.mjs';
import { idleTails } from './idle-tails.mjs';
import { ingest, ingestOne } from './ingest.mjs';
import { linesInOneRequest, requestPerLine } from './lines.mjs';
import { latency, saturation } from './live.mjs';
import { replay } from './replay.mjs';
import { start } from './start.mjs';

/** In the order in which they run: W3 replays what W1 has stored. */
export const WORKLOADS = {
  W0: {
    title:
      'The memory of a process a second after it has started, and the time until it accepted connections',
    isFresh: true,
    run: start,
  },
  W1: {
    title: 'Ingest, one producer: 256 MiB in writes of 64 KiB, until confirmed; then read back and compared',
    takesMemory: true,
    run: ingestOne,
  },
  W1x8: { title: 'Ingest, eight producers of 32 MiB each', takesMemory: true, run: ingest(8) },
  W2: {
    title: '200,000 lines of 100 bytes in one request, one HTTP chunk per line; read back and compared',
    run: linesInOneRequest,
  },
  W2b: {
    title: '16,000 lines of 100 bytes, one request per line, over 32 kept-alive connections to 32 streams',
    run: requestPerLine(1),
  },
  W2bx10: {
    title: 'Ten times as many: by then a server in Node has compiled its code',
    run: requestPerLine(10),
  },
  W3: { title: 'Replay of a finished stream of 256 MiB, one reader', run: replay(1) },
  W3x8: { title: 'The same with eight readers at once, for at most 15 s', run: replay(8) },
  W3cold: {
    title: 'Replay with one reader after the page cache of its files was dropped, or Redis was restarted',
    run: coldReplay,
  },
  W4: {
    title: 'Latency: a line every 5 ms to one tail, 3 s',
    run: latency('W4', () => ({ consumers: 1, rate_mhz: 200_000 })),
  },
  W4x200: {
    title: 'Latency: 200 streams of 10 lines/s, one tail per stream, 3 s',
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
