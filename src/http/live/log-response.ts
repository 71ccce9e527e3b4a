import type { ServerResponse } from 'node:http';
import { Follower } from '../../core/follow/follower';
import type { LogInfo } from '../../core/log/log';
import type { Loss } from '../../core/log/loss';
import type { Offset } from '../../core/log/offset';
import { cut, noteCut } from '../errors/cut';
import type { Consumer } from './consumers';
import { detach } from './detach';
import type { LiveContext } from './live-context';
import { waitForDrain } from './wait-for-drain';

/** When more than this waits in a socket, its consumer is behind: it gets nothing live until it has taken that. */
const BEHIND_BYTES = 128 * 1024;

/** A response that follows a log. It is cut when the log loses bytes: only a new request can say so. */
export abstract class LogResponse extends Follower implements Consumer {
  constructor(
    protected readonly context: LiveContext,
    protected readonly res: ServerResponse,
    { id, generation, tail }: LogInfo,
    from: Offset,
  ) {
    // Not the facts themselves, which would stay in memory as long as the response.
    super(context.store, { id, generation }, from, tail);
  }

  /** Sends what the store has, and goes on from there. To be called in the turn in which the response was made. */
  begin(): void {
    this.context.consumers.addTail(this.res, this);
    this.read();
  }

  close(): void {
    if (this.isOver) return;
    this.stop();
    // A client that has left is counted by now: its request is over before its consumers are closed.
    cut(this.res, 'stopping');
  }

  protected override delivered(bytes: number): void {
    this.context.meter.deliveredBytes += bytes;
  }

  protected get isBehind(): boolean {
    return this.res.writableLength > BEHIND_BYTES;
  }

  protected override ready(signal: AbortSignal): Promise<void> {
    return waitForDrain(this.res, this.context.config.http.consumerTimeout, signal);
  }

  protected lost(_loss: Loss): void {
    if (!this.isOver) noteCut(this.res, 'bytes_lost');
    this.close();
  }

  protected failed(error: unknown): void {
    throw error;
  }

  protected detach(work: Promise<void>): void {
    detach(this.res, this.context.logger, work);
  }
}
