import type { MetricsSnapshot } from '../metrics/snapshot';

/** A message from a worker to the primary. */
export type WorkerReport =
  /** It listens. */
  | { readonly kind: 'ready'; readonly url: string }
  /** The reason why it exits. */
  | { readonly kind: 'failed'; readonly message: string }
  /** Its metrics. */
  | { readonly kind: 'counted'; readonly snapshot: MetricsSnapshot }
  /** It wants the metrics of all processes. */
  | { readonly kind: 'gather'; readonly request: number };

/** A message from the primary to a worker about metrics. */
export type PrimaryMessage =
  /** It wants the worker's metrics. */
  | { readonly kind: 'count' }
  /** The answer to `gather`. */
  | { readonly kind: 'gathered'; readonly request: number; readonly snapshot: MetricsSnapshot };

/** The primary's message that stops a worker. A signal would not work: at Ctrl-C the terminal sends one, and a second exits at once. */
export const STOP = 'stop';

/** The primary's message that makes a worker read its tokens again. */
export const RELOAD = 'reload';

/** The environment variable that holds a worker's number. Numbers begin at 1. */
export const NUMBER_VARIABLE = 'LOOM_WORKER_NUMBER';

/** Also other programs fork Loom, and Node sends messages of its own. Both ends have the same version, so `kind` decides. */
export function isWorkerReport(message: unknown): message is WorkerReport {
  return hasKind(message, ['ready', 'failed', 'counted', 'gather']);
}

export function isPrimaryMessage(message: unknown): message is PrimaryMessage {
  return hasKind(message, ['count', 'gathered']);
}

function hasKind(message: unknown, kinds: readonly string[]): boolean {
  if (typeof message !== 'object' || message === null || !('kind' in message)) return false;
  return typeof message.kind === 'string' && kinds.includes(message.kind);
}
