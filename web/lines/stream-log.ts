import { PLAIN } from '../ansi/span';
import { LogFolds } from '../folds/log-folds';
import { FrameNotifier } from './frame-notifier';
import { LineLoader } from './line-loader';
import { linesApart, type RowMap } from './line-runs';
import { LineStyles } from './line-styles';
import { LineView } from './line-view';
import type { LogLine } from './log-line';
import type { Connection, LogSource, StreamFacts } from './log-source';
import { lookBack } from './look-back';
import { pause } from './pause';
import { readSegment } from './read-segment';
import type { Segment } from './segment';
import { SegmentCache } from './segment-cache';
import type { SendRequest } from './send-request';
import { StreamConnection } from './stream-connection';
import { type AskedStream, lineAt, readWholeLine } from './stream-questions';

export interface StreamLogParts {
  readonly send: SendRequest;
  readonly id: string;
  /** Runs a function before the next frame is painted: `requestAnimationFrame`. */
  readonly schedule: (run: () => void) => void;
  /** A closed stream is read from its start: its first lines are there before all are counted. */
  readonly isFromStart?: boolean;
}

/** The log of one stream on a server. It begins to load at once, and ends with `close`. */
export class StreamLog implements LogSource {
  readonly folds: LogFolds;
  readonly #closed = new AbortController();
  readonly #notifier: FrameNotifier;
  readonly #cache = new SegmentCache();
  readonly #loader: LineLoader;
  readonly #stream: StreamConnection;
  readonly #styles: LineStyles;
  readonly #view: LineView;
  #revision = 0;

  constructor(private readonly parts: StreamLogParts) {
    const { send, id, schedule, isFromStart = false } = parts;
    const { signal } = this.#closed;
    this.#notifier = new FrameNotifier(schedule);
    this.folds = new LogFolds(() => this.#revised());
    this.#styles = new LineStyles({
      cache: this.#cache,
      lookBack: (offset) => lookBack(send, this.#asked, offset, signal),
      onChanged: () => this.#revised(),
    });
    this.#view = new LineView(this.#styles);
    this.#loader = new LineLoader({
      cache: this.#cache,
      lastLoadable: () => this.#stream.lastLoadable,
      read: (first, count, aborted) => readSegment(send, { ...this.#asked, first, count }, aborted),
      onLoaded: () => this.#loaded(),
      onFailed: (error) => this.#loadFailed(error),
    });
    this.#stream = new StreamConnection(
      {
        send,
        id,
        cache: this.#cache,
        folds: this.folds,
        isFromStart,
        onChanged: () => this.#changed(),
        onReload: () => this.#reload(),
      },
      signal,
    );
    void this.#stream.loop.run();
  }

  get connection(): Connection {
    return this.#stream.loop.connection;
  }

  get facts(): StreamFacts | undefined {
    return this.#stream.facts;
  }

  get isCounted(): boolean {
    return this.#stream.isCounted;
  }

  get lines(): number {
    return this.#stream.lines;
  }

  get bytes(): number {
    return this.#stream.bytes;
  }

  get revision(): number {
    return this.#revision;
  }

  line(number: number): LogLine | undefined {
    const segment = this.#segmentOf(number);
    return segment === undefined ? undefined : this.#view.line(segment, number);
  }

  want(from: number, to: number, rows: RowMap = this.folds.rows): void {
    const apart = linesApart(from, to, rows);
    // Lines that are far from each other take little, and are kept by their use.
    this.#cache.keep(from, apart === undefined ? to : 0);
    if (apart === undefined) this.#loader.want(from, to);
    else this.#loader.wantApart(apart);
  }

  whole(number: number, signal = this.#closed.signal): Promise<LogLine> {
    const segment = this.#segmentOf(number);
    const style = segment === undefined ? PLAIN : this.#styles.at(segment, number);
    return readWholeLine(this.#asked, number, style, signal);
  }

  lineOfOffset(offset: number, signal = this.#closed.signal): Promise<number | undefined> {
    return lineAt(this.#asked, { offset }, signal);
  }

  lineOfTime(unixMs: number, signal = this.#closed.signal): Promise<number | undefined> {
    return lineAt(this.#asked, { since: new Date(unixMs).toISOString() }, signal);
  }

  estimateOffset(line: number): number {
    return this.#stream.checkpoints.offsetOf(line);
  }

  subscribe(listener: () => void): () => void {
    return this.#notifier.subscribe(listener);
  }

  retry(): void {
    this.#stream.loop.retry();
    this.#loader.resume();
  }

  close(): void {
    this.#closed.abort();
    this.#loader.stop();
  }

  get #asked(): AskedStream {
    return { send: this.parts.send, id: this.parts.id, generation: this.#stream.generation };
  }

  #segmentOf(line: number): Segment | undefined {
    const live = this.#stream.live?.segment;
    return live !== undefined && line >= live.first && line <= live.last ? live : this.#cache.find(line);
  }

  #loaded(): void {
    this.#stream.loop.workedBeside();
    this.#notifier.changed();
  }

  #loadFailed(error: unknown): void {
    const pauseMs = this.#stream.loop.failedBeside(error);
    if (pauseMs === undefined) return;
    const { signal } = this.#closed;
    void pause(pauseMs, signal).then(() => signal.aborted || this.#loader.resume());
  }

  /** With the index there is more to load, or it is known that there is not. */
  #changed(): void {
    this.#loader.pump();
    this.#notifier.changed();
  }

  #reload(): void {
    this.#cache.clear();
    this.#view.clear();
    this.#loader.resume();
    this.#revised();
  }

  #revised(): void {
    this.#revision += 1;
    this.#notifier.changed();
  }
}
