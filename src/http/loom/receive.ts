import type { IncomingMessage } from 'node:http';
import type { Context } from 'koa';
import { isLogError, messageOf } from '../../core/errors';
import { type Ingested, ingest } from '../../core/ingest';
import { type LogInfo, writerOf } from '../../core/log';
import type { Change } from '../../core/store';
import { persist } from '../persist';
import type { Wire } from '../protocol';
import { RequestError } from '../request-error';

/** What the end of the body means. */
export type BodyEnd = 'completes' | 'leaves-open';

/**
 * Feeds a producer's body into its log, and records how it went: the log is sealed or released in order when the body ends, and
 * interrupted when it breaks off.
 *
 * @param info of the log right after this producer was attached; its tail is where the body's first byte belongs
 * @returns the log's facts afterwards, or `undefined` when the producer's connection is gone
 * @throws LogError
 */
export function receive(wire: Wire, ctx: Context, info: LogInfo, end: BodyEnd): Promise<LogInfo | undefined> {
  const writer = writerOf(info);
  const { epoch } = writer;
  const record = (change: Change): Promise<LogInfo> =>
    persist(() => wire.store.change(writer.log, change), wire.stopping);

  return wire.attachments.hold(
    writer,
    () => ctx.req.destroy(),
    async (attachment) => {
      let ingested: Ingested;
      try {
        ingested = await ingest(wire.store, writer, ctx.req, {
          from: info.tail,
          pendingBytesMax: wire.config.limits.pendingBytes,
          logBytesMax: wire.config.limits.bytesPerStream,
        });
      } catch (error) {
        attachment.ending();
        const recorded = recordFailure(error, epoch, record);
        // A store that is away is not waited for: the producer is told at once, and may try another node.
        if (isLogError(error, 'LOG_TOO_LARGE')) await recorded;
        else
          attachment.inBackground(
            recorded.catch((failure) => wire.logger.warn({ err: failure }, 'release failed')),
          );
        throw error;
      }
      attachment.ending();
      const after = await record(changeAtEnd(ingested.how, end, epoch));
      return ingested.how === 'cut' ? undefined : after;
    },
  );
}

function changeAtEnd(how: Ingested['how'], end: BodyEnd, epoch: number): Change {
  if (how === 'cut') return { kind: 'release', epoch, state: 'interrupted' };
  if (end === 'leaves-open') return { kind: 'release', epoch, state: 'open' };
  return { kind: 'seal', epoch, outcome: { kind: 'complete' } };
}

async function recordFailure(
  error: unknown,
  epoch: number,
  record: (change: Change) => Promise<LogInfo>,
): Promise<void> {
  if (isLogError(error, 'LOG_TOO_LARGE')) {
    await record({ kind: 'seal', epoch, outcome: { kind: 'aborted', reason: messageOf(error) } });
  } else if (!isOver(error)) {
    await record({ kind: 'release', epoch, state: 'interrupted' });
  }
}

/** Whether the log has a new producer already or takes none any more: then there is nothing to record. */
export function isOver(error: unknown): boolean {
  return isLogError(error, 'LOG_FENCED') || isLogError(error, 'LOG_GONE') || isLogError(error, 'LOG_SEALED');
}

/** @throws RequestError `BODY_TOO_LARGE` when the announced length alone goes beyond the limit */
export function assertRoom(req: IncomingMessage, from: number, bytesMax: number, headers = {}): void {
  const length = Number(req.headers['content-length'] ?? 0);
  if (from + length > bytesMax) {
    throw new RequestError(
      'BODY_TOO_LARGE',
      `A stream may hold ${bytesMax} bytes; this body would make it ${from + length}`,
      headers,
    );
  }
}
