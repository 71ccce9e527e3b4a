/**
 * What a worker tells the primary: where a client on this machine reaches it, once it listens; or why it ends, for whoever started the
 * server.
 */
export type WorkerReport =
  | { readonly kind: 'ready'; readonly url: string }
  | { readonly kind: 'failed'; readonly message: string };

/** What the primary tells a worker. A signal would not do: at Ctrl-C the terminal sends one to all, and a second one means haste. */
export const STOP = 'stop';

/** The environment variable that holds a worker's number, from 1 on. */
export const NUMBER_VARIABLE = 'LOOM_WORKER_NUMBER';

export function isWorkerReport(message: unknown): message is WorkerReport {
  if (typeof message !== 'object' || message === null || !('kind' in message)) return false;
  if (message.kind === 'ready') return 'url' in message && typeof message.url === 'string';
  return message.kind === 'failed' && 'message' in message && typeof message.message === 'string';
}
