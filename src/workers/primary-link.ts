import cluster, { type Worker } from 'node:cluster';
import { once } from 'node:events';
import { resolvesWithin } from '../core/scheduling/timeout';
import { NUMBER_VARIABLE, STOP, type WorkerReport } from './messages';

/** How long a primary that does not answer is waited for at the end. */
const LEAVE_MS = 1_000;

/** This process, where it is one of several workers of Loom: others fork, too. */
export function linkToPrimary(): PrimaryLink | undefined {
  const number = process.env[NUMBER_VARIABLE];
  if (cluster.worker === undefined || number === undefined) return undefined;
  return new PrimaryLink(cluster.worker, Number(number));
}

/** A worker's own side of its tie to the primary. */
export class PrimaryLink {
  constructor(
    private readonly worker: Worker,
    /** From 1 on. Who replaces a worker has its number. */
    readonly number: number,
  ) {}

  /** It listens, on all of its ports. */
  ready(url: string): void {
    this.#tell({ kind: 'ready', url });
  }

  /** Ends this process, once the primary has been told why. */
  fail(message: string): void {
    if (!process.connected) process.stderr.write(`loom: ${message}\n`);
    this.#tell({ kind: 'failed', message }, () => process.exit(1));
  }

  /** @param stop called when the primary says so, and when it is no more: nothing would come from its ports */
  onStop(stop: () => void): void {
    this.worker.on('message', (message: unknown) => {
      if (message === STOP) stop();
    });
    this.worker.on('disconnect', () => {
      // Node would end the process on the spot.
      this.worker.exitedAfterDisconnect = true;
      stop();
    });
  }

  /** Resolves once no connection is on its way here any more: the primary gives those that come too late to others. */
  async leave(): Promise<void> {
    if (!this.worker.isConnected()) return;
    const left = once(this.worker, 'disconnect');
    this.worker.disconnect();
    await resolvesWithin(LEAVE_MS, left);
  }

  #tell(report: WorkerReport, told: () => void = () => {}): void {
    // A primary that is gone hears nothing, and the loss of it has stopped this worker by itself.
    if (process.connected) process.send?.(report, undefined, undefined, told);
    else told();
  }
}
