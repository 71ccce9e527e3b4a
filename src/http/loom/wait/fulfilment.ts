import { sizeOf } from '../../../core/bytes/size-of';
import { readToTail } from '../../../core/follow/read-to-tail';
import { LogError } from '../../../core/log/errors';
import type { LogInfo } from '../../../core/log/log';
import { type Offset, START } from '../../../core/log/offset';
import type { FoundLine } from '../../../core/search/found-line';
import { LogSearch } from '../../../core/search/log-search';
import type { LogNews } from '../../../core/store/news';
import type { WireContext } from '../../front/wire';
import { beginSearch } from '../search/begin-search';
import { waitForLogNews } from './wait-for';
import type { Awaited } from './wait-request';

/** What a wait has come to. */
export interface Fulfilment {
  /** As it is now. */
  readonly info: LogInfo;
  /** Whether it is as was waited for. Otherwise it is closed, so that it can never be. */
  readonly holds: boolean;
  readonly match?: FoundLine;
}

/** Until when a wait may go on. */
export interface WaitSignals {
  /** Aborts when the reader has left or the server stops. */
  readonly gone: AbortSignal;
  /** Aborts when it may wait no longer. What is stored is looked at all the same. */
  readonly limit: AbortSignal;
  /** Called when it begins to wait. */
  onWait(): void;
}

/**
 * Waits until the log is as is wanted, or closed.
 * @throws LogError `LOG_GONE` once it was removed or replaced; RequestError `SEARCHES_TOO_MANY`; the reasons of the signals
 */
export function fulfilmentOf(
  wire: WireContext,
  info: LogInfo,
  awaited: Awaited,
  signals: WaitSignals,
): Promise<Fulfilment> {
  switch (awaited.kind) {
    case 'closed':
      return waitUntil(wire, info, signals, { holds: isClosed, isRelevant: isEndOrUnknown });
    case 'bytes':
      return waitUntil(wire, info, signals, {
        holds: ({ tail }) => tail >= awaited.count,
        isRelevant: (news) =>
          isEndOrUnknown(news) || (news.kind === 'bytes' && news.from + sizeOf(news.chunks) >= awaited.count),
      });
    case 'line':
      return waitUntil(wire, info, signals, {
        holds: async (now) => (await wire.lines.count(now, signals.gone)).lines >= awaited.count,
        isRelevant: () => true,
      });
    case 'match':
      return waitForMatch(wire, info, awaited, signals);
  }
}

interface Condition {
  holds(info: LogInfo): boolean | Promise<boolean>;
  /** Whether news may make it hold, or the log closed. */
  isRelevant(news: LogNews): boolean;
}

async function waitUntil(
  wire: WireContext,
  before: LogInfo,
  { limit, onWait }: WaitSignals,
  { holds, isRelevant }: Condition,
): Promise<Fulfilment> {
  for (let info = before; ; info = await infoNow(wire, info)) {
    if (await holds(info)) return { info, holds: true };
    if (isClosed(info)) return { info, holds: false };
    onWait();
    await waitForLogNews(wire.store, info, info.tail, isRelevant, limit);
  }
}

async function waitForMatch(
  wire: WireContext,
  before: LogInfo,
  { query, count }: Awaited & { readonly kind: 'match' },
  { gone, limit, onWait }: WaitSignals,
): Promise<Fulfilment> {
  const { store, config } = wire;
  const { matcher, leave } = await beginSearch(wire, query, gone);
  try {
    const search = new LogSearch({ matcher, from: START, line: 1, lineBytesMax: config.search.lineBytes });
    let matches = 0;
    for (let at: Offset = START; ; ) {
      let isEnd = false;
      for await (const page of readToTail(store, before, at, gone, { withTimes: true })) {
        for await (const found of search.push(page, gone)) {
          const match = found[count - matches - 1];
          if (match !== undefined) return { info: await infoNow(wire, before), holds: true, match };
          matches += found.length;
        }
        page.release?.();
        at = page.next;
        isEnd = page.end !== undefined;
      }
      if (isEnd) break;
      leave();
      onWait();
      await waitForLogNews(store, before, at, () => true, limit);
    }
    for await (const found of search.end(gone)) {
      const match = found[count - matches - 1];
      if (match !== undefined) return { info: await infoNow(wire, before), holds: true, match };
      matches += found.length;
    }
    return { info: await infoNow(wire, before), holds: false };
  } finally {
    leave();
  }
}

async function infoNow({ store }: WireContext, { id, generation }: LogInfo): Promise<LogInfo> {
  const info = await store.info(id);
  if (info?.generation !== generation) throw new LogError('LOG_GONE');
  return info;
}

function isClosed({ state }: LogInfo): boolean {
  return state === 'closed';
}

function isEndOrUnknown(news: LogNews): boolean {
  return news.kind !== 'bytes' || news.end !== undefined;
}
