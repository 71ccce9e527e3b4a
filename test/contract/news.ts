import type { LogOutcome, LogRef } from '../../src/core/log/log';
import { advance, type Offset, START } from '../../src/core/log/offset';
import type { LogNews } from '../../src/core/store/news';
import type { LogStore } from '../../src/core/store/store';

/** Reads a log to its end as a subscribed reader: takes bytes from the news, and reads the store if the news is `moved`. */
export function readByNews(store: LogStore, log: LogRef): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let have: Offset = START;
    let reading = false;
    let stirred = false;
    const take = (from: Offset, coming: readonly Buffer[]): void => {
      const fresh = Buffer.concat(coming).subarray(have - from);
      chunks.push(fresh);
      have = advance(have, fresh.length);
    };
    const readOn = async (): Promise<void> => {
      reading = true;
      for (stirred = true; stirred; ) {
        stirred = false;
        const page = await store.read(log, have, 50);
        take(advance(page.next, -length(page.chunks)), page.chunks);
        if (page.end !== undefined) {
          stop();
          resolve(Buffer.concat(chunks));
        }
        if (page.chunks.length > 0) stirred = true;
      }
      reading = false;
    };
    const stop = store.watch(log, START, (news) => {
      if (!reading && news.kind === 'bytes' && news.from <= have) take(news.from, news.chunks);
      else if (reading) stirred = true;
      else readOn().catch(reject);
    });
  });
}

function length(chunks: readonly Buffer[]): number {
  return chunks.reduce((sum, chunk) => sum + chunk.length, 0);
}

/** Whether the news lead a reader up to `tail`, and to `end` if it is given. `moved` may replace any news. */
export function hasReached(tail: number, end?: LogOutcome): (all: readonly LogNews[]) => boolean {
  return (all) => {
    const last = all.at(-1);
    if (last === undefined) return false;
    if (last.kind === 'moved') return true;
    if (end !== undefined) return last.kind === 'ended' && last.at === tail && last.outcome.kind === end.kind;
    return last.kind === 'bytes' && last.from + length(last.chunks) >= tail;
  };
}

/** Expects bytes to begin where the previous news ended, or earlier, and an end behind them. Only `moved` may skip bytes. */
export function expectContiguous(all: readonly LogNews[], seen: Offset): void {
  let told: number = seen;
  for (const news of all) {
    if (news.kind === 'moved') told = Number.POSITIVE_INFINITY;
    else if (news.kind === 'ended') expect(news.at).toBeLessThanOrEqual(told);
    else if (news.kind === 'lost') throw new Error(`unexpected news: ${JSON.stringify(news)}`);
    else {
      expect(news.from).toBeLessThanOrEqual(told);
      told = news.from + length(news.chunks);
    }
  }
}

export function expectNewsOf(all: readonly LogNews[], from: number, text: string): void {
  for (const news of all) {
    if (news.kind === 'moved') continue;
    if (news.kind !== 'bytes') throw new Error(`unexpected news: ${JSON.stringify(news)}`);
    const skip = Math.max(0, from - news.from);
    const told = Buffer.concat(news.chunks).toString().slice(skip);
    expect(text.slice(Math.max(0, news.from - from))).toContain(told);
  }
}
