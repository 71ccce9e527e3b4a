import cluster, { type Worker } from 'node:cluster';
import { once } from 'node:events';
import { resolvesWithin } from '../core/scheduling/timeout';
import { NUMBER_VARIABLE, RELOAD, STOP, type WorkerReport } from './messages';
import { WorkerExchange } from './worker-exchange';

/** How long a worker that exits waits for the primary's answer. */
const LEAVE_MS = 1_000;

/** @returns `undefined` unless this process is a Loom worker: other programs fork Loom, too */
export function linkToPrimary(): PrimaryLink | undefined {
  const number = process.env[NUMBER_VARIABLE];
  if (cluster.worker === undefined || number === undefined) return undefined;
  return new PrimaryLink(cluster.worker, Number(number));
}

class PrimaryLink {
  readonly metrics: WorkerExchange;

  constructor(
    private readonly worker: Worker,
    /** From 1 on. A replacement has the number of the worker before it. */
    readonly number: number,
  ) {
    this.metrics = new WorkerExchange(worker, (report) => this.#send(report));
  }

  /** Reports that all ports of this worker are open. */
  ready(url: string): void {
    this.#send({ kind: 'ready', url });
  }

  /** Reports the reason to the primary, then exits. */
  fail(message: string): void {
    if (!process.connected) process.stderr.write(`loom: ${message}\n`);
    this.#send({ kind: 'failed', message }, () => process.exit(1));
  }

  /** @param reload called when the primary has got SIGHUP */
  onReload(reload: () => void): void {
    this.worker.on('message', (message: unknown) => {
      if (message === RELOAD) reload();
    });
  }

  /** @param stop called when the primary sends STOP, or is gone: no connections would arrive any more */
  onStop(stop: () => void): void {
    this.worker.on('message', (message: unknown) => {
      if (message === STOP) stop();
    });
    this.worker.on('disconnect', () => {
      // Otherwise Node exits at once.
      this.worker.exitedAfterDisconnect = true;
      stop();
    });
  }

  /** Resolves when the primary sends no more connections. It passes later ones to other workers. It has the metrics before. */
  async leave(): Promise<void> {
    if (!this.worker.isConnected()) return;
    await this.metrics.report();
    const left = once(this.worker, 'disconnect');
    this.worker.disconnect();
    await resolvesWithin(LEAVE_MS, left);
  }

  #send(report: WorkerReport, onSent: () => void = () => {}): void {
    // Without a primary, `disconnect` has already stopped this worker.
    if (process.connected) process.send?.(report, undefined, undefined, onSent);
    else onSent();
  }
}
