import { getHeapStatistics, setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { trimMalloc } from './malloc-trim';

const CHECK_EVERY_MS = 5_000;

/** A share of one processor's time. A process that uses more is left alone. */
const QUIET_SHARE = 0.1;

/** A gain below this is not worth a collection. */
const WORTH_BYTES = 32 * 1024 * 1024;

/** Collecting a larger heap at once takes too long. V8 collects it in steps. */
const COLLECTED_HEAP_MAX = 64 * 1024 * 1024;

/** After a collection, a thread of V8 frees the buffers within this time. */
const FREED_AFTER_MS = 500;

/** For this long, memory in use at the last collection counts as still in use. */
const IN_USE_FOR_MS = 30_000;

/** While collections free little, the pause between them doubles up to this. */
const IN_USE_FOR_MS_MAX = 8 * 60_000;

/**
 * Returns memory to the system when the server is quiet after a peak. V8 collects only when something is allocated, and the C library
 * keeps freed memory: without this, free memory stays with the process.
 *
 * Measured: after 300 bodies of 8 MiB at once, 390 MiB stayed in use without this, and 90 MiB with it.
 */
export function returnMemoryWhenIdle(): void {
  const idle = process.memoryUsage.rss();
  let last = { rss: idle, at: performance.now() };
  let cpuBefore = cpuTime();
  let inUseForMs = IN_USE_FOR_MS;
  const check = (): void => {
    const cpu = cpuTime();
    const isQuiet = cpu - cpuBefore < CHECK_EVERY_MS * 1_000 * QUIET_SHARE;
    cpuBefore = cpu;
    // Memory in use at the last collection may be free now, even if the process has hardly worked since: for example, bytes of
    // producers that waited for Redis, or bodies whose clients have left.
    const isOld = performance.now() - last.at > inUseForMs;
    const base = isOld ? Math.min(idle, last.rss) : last.rss;
    const before = process.memoryUsage.rss();
    if (!isQuiet || before < base + WORTH_BYTES) return;
    if (getHeapStatistics().used_heap_size < COLLECTED_HEAP_MAX) collect();
    setTimeout(async () => {
      await trimMalloc();
      const rss = process.memoryUsage.rss();
      inUseForMs = before - rss < WORTH_BYTES ? Math.min(2 * inUseForMs, IN_USE_FOR_MS_MAX) : IN_USE_FOR_MS;
      last = { rss, at: performance.now() };
    }, FREED_AFTER_MS).unref();
  };
  setInterval(check, CHECK_EVERY_MS).unref();
}

/** @returns the processor time of this process in microseconds */
function cpuTime(): number {
  const { user, system } = process.cpuUsage();
  return user + system;
}

let gc: (() => void) | undefined;

function collect(): void {
  gc ??= exposedGc();
  gc();
}

/** V8 exposes `gc` only to contexts created after the flag is set: no other code of the server gets it. */
function exposedGc(): () => void {
  setFlagsFromString('--expose-gc');
  return runInNewContext('gc');
}
