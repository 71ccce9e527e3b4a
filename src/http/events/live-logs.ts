import { createHash } from 'node:crypto';
import type { LogInfo } from '../../core/log/log';
import type { LogId } from '../../core/log/log-id';
import { TimeSlices } from '../../core/scheduling/time-slices';
import { allLogs } from '../../core/store/all-logs';
import type { LogStore } from '../../core/store/store';

const LIST_PAGE = 1000;

/** Of how many live logs the sizes are read, the newest first. */
const LIVE_MAX = 10_000;

const DIGESTED_LENGTH = 64;

interface Seen {
  readonly id: LogId;
  /** Of the facts that change while a log is live. */
  readonly digest: string;
  readonly round: number;
}

/** What one round of reads has found. */
export interface LiveChanges {
  /** Also new ones, of which an event of their creation comes as well. */
  readonly changed: readonly LogInfo[];
  /** Logs that are not live any more. */
  readonly ended: readonly LogId[];
}

/** The live logs of all nodes, as readers have last got them. No node has news of each append elsewhere, so the list is read in rounds. */
export class LiveLogs {
  /** By generation. */
  readonly #seen = new Map<string, Seen>();
  #round = 0;

  constructor(private readonly store: Pick<LogStore, 'list'>) {}

  /** Notes what readers get of a log. */
  note(info: LogInfo): void {
    if (info.state === 'closed') this.#seen.delete(info.generation);
    else this.#seen.set(info.generation, { id: info.id, digest: digestOf(info), round: this.#round });
  }

  clear(): void {
    this.#seen.clear();
  }

  /** What has changed since the last round. @throws as `LogStore.list` */
  async readChanges(signal: AbortSignal): Promise<LiveChanges> {
    this.#round += 1;
    const changed: LogInfo[] = [];
    const slices = new TimeSlices(signal);
    let count = 0;
    for await (const logs of allLogs(this.store, { limit: LIST_PAGE, state: 'live' }, signal)) {
      for (const info of logs) {
        const before = this.#seen.get(info.generation)?.digest;
        this.note(info);
        if (before !== this.#seen.get(info.generation)?.digest) changed.push(info);
        if (slices.isOver) await slices.next();
      }
      count += logs.length;
      if (count >= LIVE_MAX) break;
    }
    const ended = this.#forgetOthers();
    return { changed, ended: count >= LIVE_MAX ? [] : ended };
  }

  /** @returns the logs that this round has not seen */
  #forgetOthers(): readonly LogId[] {
    const others = [...this.#seen].filter(([, { round }]) => round < this.#round);
    for (const [generation] of others) this.#seen.delete(generation);
    return others.map(([, { id }]) => id);
  }
}

function digestOf({ tail, updatedAt, state, metadata }: LogInfo): string {
  const text = metadata === undefined ? '' : JSON.stringify(metadata);
  const digest =
    text.length <= DIGESTED_LENGTH ? text : createHash('sha256').update(text).digest('base64url');
  return `${tail} ${updatedAt} ${state} ${digest}`;
}
