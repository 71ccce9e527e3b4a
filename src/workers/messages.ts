/** A message from a worker to the primary: its URL when it listens, or the reason why it exits. */
export type WorkerReport =
  | { readonly kind: 'ready'; readonly url: string }
  | { readonly kind: 'failed'; readonly message: string };

/** The primary's message that stops a worker. A signal would not work: at Ctrl-C the terminal sends one, and a second exits at once. */
export const STOP = 'stop';

/** The environment variable that holds a worker's number. Numbers begin at 1. */
export const NUMBER_VARIABLE = 'LOOM_WORKER_NUMBER';

export function isWorkerReport(message: unknown): message is WorkerReport {
  if (typeof message !== 'object' || message === null || !('kind' in message)) return false;
  if (message.kind === 'ready') return 'url' in message && typeof message.url === 'string';
  return message.kind === 'failed' && 'message' in message && typeof message.message === 'string';
}
