import type { ServerResponse } from 'node:http';
import type { LiveDelivery } from '../../../core/follow/follower';
import type { ReadOptions } from '../../../core/follow/read-to-tail';
import type { LogInfo, LogOutcome } from '../../../core/log/log';
import type { Offset } from '../../../core/log/offset';
import type { BytesNews } from '../../../core/store/news';
import type { Page } from '../../../core/store/store';
import { closedState } from '../../headers/stream-state';
import { ChunkedBody } from '../../live/chunked-body';
import { destroyIfStalled } from '../../live/finish';
import type { LiveContext } from '../../live/live-context';
import { LogResponse } from '../../live/log-response';
import { markLongLived } from '../../live/long-lived';

const READ_OPTIONS: ReadOptions = { mayUseLargePages: true };

/** The bytes of an open log, as they are, with its final state as the trailer. */
export class TailResponse extends LogResponse {
  /** The tail at the request. */
  readonly #tail: Offset;
  readonly #body: ChunkedBody;

  constructor(context: LiveContext, res: ServerResponse, info: LogInfo, from: Offset) {
    super(context, res, info, from);
    this.#tail = info.tail;
    this.#body = new ChunkedBody(res);
  }

  /**
   * The head goes with the first page: a failure before that is answered with its status, and a write of its own costs a sixth of a start.
   * @param writeHead is not called if the client leaves before @throws LogError as `LogStore.read`
   */
  async beginWith(writeHead: () => void): Promise<void> {
    const { res } = this;
    this.context.consumers.addTail(res, this);
    const page = await this.readFirst(this.#tail);
    if (page === undefined) return;
    try {
      writeHead();
      res.cork();
      this.#body.begin();
      this.#send(page);
      res.uncork();
    } catch (error) {
      this.stop();
      throw error;
    }
    if (res.writableLength === 0) page.release?.();
    this.readAfter(page, this.#tail);
  }

  protected override get readOptions(): ReadOptions {
    return READ_OPTIONS;
  }

  protected sendLive({ chunks }: BytesNews): LiveDelivery {
    this.#body.writeShared(chunks);
    return this.isBehind ? 'behind' : 'sent';
  }

  protected async sendStored(page: Page, signal: AbortSignal): Promise<void> {
    this.#send(page);
    await this.ready(signal);
    if (this.res.writableLength === 0) page.release?.();
  }

  protected ended(outcome: LogOutcome): void {
    this.#body.end({ 'X-Stream-State': closedState(outcome) });
    destroyIfStalled(this.res, this.context.config.http.consumerTimeout);
  }

  #send({ chunks, next }: Page): void {
    this.#body.write(chunks);
    if (next >= this.#tail) markLongLived(this.res);
  }
}
