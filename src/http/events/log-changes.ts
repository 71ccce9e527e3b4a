import { setImmediate as nextTurn } from 'node:timers/promises';
import { isLogError } from '../../core/log/errors';
import type { LogInfo } from '../../core/log/log';
import type { LogId } from '../../core/log/log-id';
import { pause } from '../../core/scheduling/pause';
import type { LogStore } from '../../core/store/store';
import type { Logger } from '../../observe/logger';
import { isAbortError } from '../errors/abort-error';
import { isOperational } from '../errors/error-response';
import { toListEntry } from '../loom/read/list-entry';
import { ALIVE, type ChangeEvent, changeEvent } from './change-event';
import { type Changed, ChangedIds } from './changed-ids';
import { LiveLogs } from './live-logs';
import { type ChangeReader, ChangeReaders } from './readers';

/** How often readers get what has happened, at most. A lone event is sent at once. */
const GATHER_MS = 100;
/** How many logs are read at a time. */
const BATCH = 1_000;
/** A frame of more bytes is sent in parts, so that its readers can take one before the next comes. */
const FRAME_BYTES = 64 * 1024;
/** A round over the live logs that takes long is followed by a pause of this many times as long. */
const REST_FACTOR = 9;

interface ChangesSettings {
  /** Between two rounds over the live logs. */
  readonly intervalMs: number;
  readonly heartbeatMs: number;
}

/**
 * The changes of all logs of all nodes, for any number of readers: each is read and encoded once. Events of the store say which log to
 * read, and what they say is never sent itself, so that readers always get the newest facts. Without readers it does nothing.
 */
export class LogChanges {
  readonly #readers = new ChangeReaders();
  readonly #changed = new ChangedIds();
  readonly #live: LiveLogs;
  #users = 0;
  #ready: Promise<unknown> = Promise.resolve();
  #stop = (): void => {};
  /** Of the run that sends changes now. */
  #sending: AbortSignal | undefined;
  /** Something is lost that no event will bring. */
  #hasMissed = false;

  constructor(
    private readonly store: Pick<LogStore, 'info' | 'list' | 'lifecycle'>,
    private readonly settings: ChangesSettings,
    private readonly logger: Logger,
  ) {
    this.#live = new LiveLogs(store);
  }

  /**
   * Begins to send changes of ids with `prefix`.
   * @param open makes the reader, in the turn from which on it gets every change
   * @returns ends it @throws as `LogStore.list`
   */
  async subscribe(prefix: string, open: () => ChangeReader): Promise<() => void> {
    this.#users += 1;
    if (this.#users === 1) this.#start();
    try {
      await this.#ready;
      const remove = this.#readers.add(prefix, open());
      return () => {
        remove();
        this.#leave();
      };
    } catch (error) {
      this.#leave();
      throw error;
    }
  }

  #leave(): void {
    this.#users -= 1;
    if (this.#users === 0) this.#stop();
  }

  #start(): void {
    const running = new AbortController();
    const { signal } = running;
    const missed = (): void => {
      this.#hasMissed = true;
    };
    const unsubscribe = this.store.lifecycle((event) => {
      if (this.#changed.add(event)) this.#sendSoon(signal);
      else missed();
    }, missed);
    const heartbeat = setInterval(() => this.#readers.sendAll(ALIVE), this.settings.heartbeatMs);
    this.#stop = () => {
      running.abort();
      unsubscribe();
      clearInterval(heartbeat);
      this.#changed.clear();
      this.#live.clear();
    };
    // What changes between a reader's list and the first round would never be sent, so no reader begins before that round is over.
    this.#ready = this.#live.readChanges(signal);
    this.#ready.then(
      () => void this.#repeat(signal),
      () => {
        // Every subscriber gets it.
      },
    );
  }

  /** Reads the live logs from time to time. */
  async #repeat(signal: AbortSignal): Promise<void> {
    let took = 0;
    for (;;) {
      await pause(Math.max(this.settings.intervalMs, took * REST_FACTOR), signal, { ref: false });
      if (signal.aborted) return;
      const began = performance.now();
      try {
        await this.#sendLive(signal);
        if (this.#hasMissed) this.#readers.reset();
        this.#hasMissed = false;
      } catch (error) {
        this.#report(error);
      }
      took = performance.now() - began;
    }
  }

  async #sendLive(signal: AbortSignal): Promise<void> {
    const { changed, ended } = await this.#live.readChanges(signal);
    for (const id of ended) this.#changed.addEnded(id);
    if (ended.length > 0) this.#sendSoon(signal);
    const events = changed.map((info) => changeEvent('changed', info.id, toListEntry(info)));
    await this.#send(events, signal);
  }

  #sendSoon(signal: AbortSignal): void {
    if (this.#sending === signal) return;
    this.#sending = signal;
    this.#sendChanged(signal)
      .catch((error) => {
        this.#hasMissed = true;
        this.#report(error);
      })
      .finally(() => {
        if (this.#sending !== signal) return;
        this.#sending = undefined;
        if (this.#changed.size > 0 && !signal.aborted) this.#sendSoon(signal);
      });
  }

  async #sendChanged(signal: AbortSignal): Promise<void> {
    while (this.#changed.size > 0 && !signal.aborted) {
      const taken = this.#changed.take(BATCH);
      const events = await Promise.all(taken.map(([id, changed]) => this.#read(id, changed)));
      await this.#send(events.flat(), signal);
      await pause(GATHER_MS, signal, { ref: false });
    }
  }

  /** The events of a log by its facts now. */
  async #read(id: LogId, { isCreated, isEnded, removal }: Changed): Promise<readonly ChangeEvent[]> {
    const info = await this.#infoOf(id);
    if (info === 'unreadable') return [];
    if (info === undefined) {
      return [changeEvent('removed', id, { id, ...(removal !== undefined && { outcome: removal }) })];
    }
    this.#live.note(info);
    const isClosed = isEnded && info.state === 'closed';
    const names = [
      isCreated && 'created',
      isClosed && 'closed',
      !isCreated && !isClosed && 'changed',
    ] as const;
    return names.flatMap((name) => (name === false ? [] : [changeEvent(name, id, toListEntry(info))]));
  }

  async #infoOf(id: LogId): Promise<LogInfo | 'unreadable' | undefined> {
    try {
      return await this.store.info(id);
    } catch (error) {
      if (isLogError(error, 'LOG_RETIRED')) return undefined;
      // The list leaves it out as well.
      if (isLogError(error, 'STORE_DAMAGED')) return 'unreadable';
      throw error;
    }
  }

  async #send(events: readonly ChangeEvent[], signal: AbortSignal): Promise<void> {
    for (let [from, to, bytes] = [0, 0, 0]; to < events.length; ) {
      bytes += events[to]?.bytes.length ?? 0;
      to += 1;
      if (bytes < FRAME_BYTES && to < events.length) continue;
      if (signal.aborted) return;
      this.#readers.send(events.slice(from, to));
      [from, bytes] = [to, 0];
      if (to < events.length) await nextTurn();
    }
  }

  #report(error: unknown): void {
    if (isOperational(error) || isAbortError(error)) return;
    this.logger.error({ err: error }, 'the changes of streams could not be read');
  }
}
