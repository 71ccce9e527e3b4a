import type { TransferResult } from './queues';

/** What a receiver gets to know about the body. */
export interface SenderHead {
  readonly contentType?: string;
  /** Absent: the sender did not declare it. */
  readonly contentLength?: number;
}

/** An upload, or a channel from the node that has it. */
export interface Source {
  /** Set before `data` or `end` is called. */
  readonly head: SenderHead;
  start(listener: SourceListener): void;
  pause(): void;
  resume(): void;
  /** The listener is not called again. */
  stop(): void;
}

/** Receives the bytes of a source and its end. */
export interface SourceListener {
  data(chunk: Buffer): void;
  end(): void;
  /** The source broke off. */
  lost(): void;
}

/** A response, or a channel to the node that has it. */
export interface Sink {
  /** Bytes that have left for the receiver. */
  readonly flushed: number;
  start(listener: SinkListener): void;
  /** Comes before the first byte, or before the end of an empty body. */
  begin(head: SenderHead): void;
  /** @returns whether it takes more. Otherwise it calls `drained` later. */
  write(chunk: Buffer): boolean;
  end(): void;
  /** The source broke off after `begin`. */
  fail(): void;
  /** `begin` was not called and will not be: another transfer may follow. */
  stop(): void;
}

/** Receives the progress of a sink and its end. */
export interface SinkListener {
  drained(): void;
  /** Everything has left, the end included. */
  finished(): void;
  lost(): void;
}

/** One sender's bytes on their way to one receiver. A slow receiver pauses the sender. */
export class Transfer {
  #bytesRead = 0;
  #begun = false;
  #settle: ((result: TransferResult | 'abandoned') => void) | undefined;

  constructor(
    private readonly source: Source,
    private readonly sink: Sink,
  ) {}

  get bytesRead(): number {
    return this.#bytesRead;
  }

  get hasBegun(): boolean {
    return this.#begun;
  }

  /** @returns how it ended; `abandoned` after `abandon` */
  run(): Promise<TransferResult | 'abandoned'> {
    return new Promise((resolve) => {
      this.#settle = resolve;
      this.sink.start({
        drained: () => this.source.resume(),
        finished: () => this.#end('complete'),
        lost: () => this.#end('destination'),
      });
      // The sink may have been lost already.
      if (this.#settle === undefined) return;
      this.source.start({
        data: (chunk) => this.#onData(chunk),
        end: () => this.#onEnd(),
        lost: () => this.#onSourceLost(),
      });
    });
  }

  /** Stops, and leaves the source and the sink ready for another transfer. */
  abandon(): void {
    this.#finish('abandoned');
  }

  /** Ends the transfer as if its source were lost, unless it has begun. */
  cancel(): void {
    if (!this.#begun) this.#end('source');
  }

  #onData(chunk: Buffer): void {
    if (this.#settle === undefined) return;
    this.#begin();
    this.#bytesRead += chunk.length;
    if (!this.sink.write(chunk)) this.source.pause();
  }

  #onEnd(): void {
    if (this.#settle === undefined) return;
    this.#begin();
    this.sink.end();
  }

  #onSourceLost(): void {
    if (this.#settle === undefined) return;
    // The result is fixed first: `fail` cuts the receiver, which reports it lost, too.
    this.#end('source');
    if (this.#begun) this.sink.fail();
  }

  #begin(): void {
    if (this.#begun) return;
    this.#begun = true;
    this.sink.begin(this.source.head);
  }

  #end(end: TransferResult['end']): void {
    this.#finish({ end, begun: this.#begun, bytesRead: this.#bytesRead, flushed: this.sink.flushed });
  }

  #finish(result: TransferResult | 'abandoned'): void {
    const settle = this.#settle;
    if (settle === undefined) return;
    this.#settle = undefined;
    this.source.stop();
    if (!this.#begun) this.sink.stop();
    settle(result);
  }
}
