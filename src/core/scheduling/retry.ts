import { pause } from './pause';

/** How pauses grow from one failure to the next. */
interface PauseGrowth {
  readonly firstMs: number;
  /** Each pause is twice as long as the one before, up to this. */
  readonly maxMs: number;
  /** Spreads each pause over half to one and a half of its length, so that callers that failed together do not return together. */
  readonly jitter?: boolean;
}

/** Example: `firstMs: 100, maxMs: 1_000` gives 100, 200, 400, 800, 1,000, 1,000 and so on. */
interface Pauses {
  /** @returns how long to wait before the next try, in milliseconds */
  next(): number;
  /** Begins again with the first pause, after a success. */
  reset(): void;
}

export function growingPauses({ firstMs, maxMs, jitter = false }: PauseGrowth): Pauses {
  let ms = firstMs;
  return {
    next() {
      const present = ms;
      ms = Math.min(ms * 2, maxMs);
      return jitter ? present * (0.5 + Math.random()) : present;
    },
    reset() {
      ms = firstMs;
    },
  };
}

interface RetryOptions {
  readonly pauses: PauseGrowth;
  /** Whether an attempt that failed with `error` may succeed later. */
  readonly mayRetry: (error: unknown) => boolean;
  /** When it aborts, the attempt under way is the last. During a pause, one last attempt follows at once. */
  readonly signal: AbortSignal;
  /** For how long new attempts begin, in milliseconds. Default: forever. */
  readonly forMs?: number;
  /** Whether the pauses keep the process running. Default: they do. */
  readonly ref?: boolean;
}

/** Repeats `attempt`, which must be safe to repeat, until it succeeds, with growing pauses. @throws the error of the last attempt */
export async function retry<T>(attempt: () => Promise<T>, options: RetryOptions): Promise<T> {
  const { signal, mayRetry, forMs = Number.POSITIVE_INFINITY, ref = true } = options;
  const until = performance.now() + forMs;
  for (let pauses: Pauses | undefined; ; ) {
    try {
      return await attempt();
    } catch (error) {
      if (signal.aborted || !mayRetry(error)) throw error;
      pauses ??= growingPauses(options.pauses);
      const ms = pauses.next();
      if (performance.now() + ms >= until) throw error;
      await pause(ms, signal, { ref });
    }
  }
}
