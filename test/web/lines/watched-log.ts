import { setImmediate } from 'node:timers';
import type { LogSource } from '../../../web/lines/log-source';
import type { SendRequest } from '../../../web/lines/send-request';
import { StreamLog } from '../../../web/lines/stream-log';
import { PATIENCE_MS } from '../../support/patience';
import { sendTo } from '../send-to';

/** A log with what a test waits for. */
export class WatchedLog {
  readonly log: LogSource;

  constructor(url: string, id: string, send: SendRequest = sendTo(url), isFromStart = false) {
    this.log = new StreamLog({ send, id, schedule: (run) => void setImmediate(run), isFromStart });
  }

  /** Resolves once this holds, which is looked at after each change. */
  async until(what: string, holds: (log: LogSource) => boolean): Promise<void> {
    const { log } = this;
    await new Promise<void>((resolve, reject) => {
      const timer = setTimeout(
        () => reject(new Error(`${what}: ${JSON.stringify(log.connection)}, ${log.lines} lines`)),
        PATIENCE_MS,
      );
      let unsubscribe = (): void => undefined;
      const check = (): void => {
        if (!holds(log)) return;
        clearTimeout(timer);
        unsubscribe();
        resolve();
      };
      unsubscribe = log.subscribe(check);
      check();
    });
  }

  /** The text of lines, loaded a piece after the other. */
  async texts(from: number, to: number): Promise<string[]> {
    const texts: string[] = [];
    for (let first = from; first <= to; first += 500) {
      const last = Math.min(to, first + 499);
      this.log.want(first, last);
      await this.until(`lines ${first} to ${last}`, (log) =>
        range(first, last).every((line) => log.line(line) !== undefined),
      );
      texts.push(...range(first, last).map((line) => this.log.line(line)?.text ?? ''));
    }
    return texts;
  }
}

function range(from: number, to: number): number[] {
  return Array.from({ length: to - from + 1 }, (_, at) => from + at);
}
