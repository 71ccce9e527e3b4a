import type { ServerResponse } from 'node:http';
import { sizeOf } from '../../core/bytes/size-of';
import { readToTail } from '../../core/follow/read-to-tail';
import type { LogInfo } from '../../core/log/log';
import type { Offset } from '../../core/log/offset';
import type { Page } from '../../core/store/store';
import type { LiveContext } from './live-context';
import { waitForDrain } from './wait-for-drain';

/** Which bytes of a log to send. */
export interface PagesToSend {
  readonly from: Offset;
  readonly until: Offset;
  /** Called before the first page is written: a failure before that is answered as an error. */
  writeHead(): void;
  /** Default: its chunks. */
  readonly contentOf?: ((page: Page) => readonly Buffer[]) | undefined;
}

/** Sends a range of a log, each page once the client has taken the one before. @throws LogError; AbortError when the client leaves */
export async function sendPages(
  { store, config, consumers, meter }: LiveContext,
  res: ServerResponse,
  info: LogInfo,
  { from, until, writeHead, contentOf }: PagesToSend,
): Promise<void> {
  const signal = consumers.signalOf(res);
  // What is made of a large page would be as large once more.
  const mayUseLargePages = contentOf === undefined;
  for await (const page of readToTail(store, info, from, signal, { until, mayUseLargePages })) {
    if (!res.headersSent) writeHead();
    res.cork();
    for (const bytes of contentOf?.(page) ?? page.chunks) res.write(bytes);
    res.uncork();
    meter.deliveredBytes += sizeOf(page.chunks);
    await waitForDrain(res, config.http.consumerTimeout, signal);
    if (res.writableLength === 0) page.release?.();
  }
}
