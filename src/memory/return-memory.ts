import { getHeapStatistics, setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { trimMalloc } from './malloc-trim';

const LOOK_EVERY_MS = 5_000;

/** Of the time of one processor. A process that does more is not disturbed. */
const QUIET_SHARE = 0.1;

/** Less is not worth a collection. */
const WORTH_BYTES = 32 * 1024 * 1024;

/** A larger heap takes too long to collect in one go. V8 gets to it in its own time. */
const COLLECTED_HEAP_MAX = 64 * 1024 * 1024;

/** Buffers are freed in a thread of V8 after the collection. */
const FREED_AFTER_MS = 500;

/** How long what was in use at the last collection counts as still in use. */
const IN_USE_FOR_MS = 30_000;

/** As long as collections free little, each is twice as long in coming as the one before it, up to this. */
const IN_USE_FOR_MS_MAX = 8 * 60_000;

/** Of processor time, in microseconds. A process that has done less since the last collection has freed nothing. */
const WORK_US = 200_000;

/**
 * Returns memory to the system when the server is quiet after a flood. All of it is free by then, but V8 collects only when something is
 * allocated, and the C library keeps what is freed.
 *
 * Measured: after 300 bodies of 8 MiB at once 390 MiB were in use for good, and 90 with this.
 */
export function returnMemoryWhenIdle(): void {
  const idle = process.memoryUsage.rss();
  let last = { rss: idle, at: performance.now(), cpu: cpuTime() };
  let before = cpuTime();
  let inUseForMs = IN_USE_FOR_MS;
  const look = (): void => {
    const cpu = cpuTime();
    const isQuiet = cpu - before < LOOK_EVERY_MS * 1_000 * QUIET_SHARE;
    before = cpu;
    // What was in use at the last collection, as the bytes of producers that wait for Redis, may be free by now.
    const isOld = performance.now() - last.at > inUseForMs && cpu - last.cpu > WORK_US;
    const base = isOld ? Math.min(idle, last.rss) : last.rss;
    const had = process.memoryUsage.rss();
    if (!isQuiet || had < base + WORTH_BYTES) return;
    if (getHeapStatistics().used_heap_size < COLLECTED_HEAP_MAX) collect();
    setTimeout(async () => {
      await trimMalloc();
      const rss = process.memoryUsage.rss();
      inUseForMs = had - rss < WORTH_BYTES ? Math.min(2 * inUseForMs, IN_USE_FOR_MS_MAX) : IN_USE_FOR_MS;
      last = { rss, at: performance.now(), cpu: cpuTime() };
    }, FREED_AFTER_MS).unref();
  };
  setInterval(look, LOOK_EVERY_MS).unref();
}

/** The processor time of this process so far, in microseconds. */
function cpuTime(): number {
  const { user, system } = process.cpuUsage();
  return user + system;
}

let gc: (() => void) | undefined;

function collect(): void {
  gc ??= exposedGc();
  gc();
}

/** V8 shows it to contexts that are made after the flag is set, and so to no code of the server but this. */
function exposedGc(): () => void {
  setFlagsFromString('--expose-gc');
  return runInNewContext('gc');
}
