import type { TransferResult } from './queues';

/** What a receiver learns of its sender. */
export interface SenderHead {
  readonly contentType?: string;
  /** Absent: the sender does not know. */
  readonly contentLength?: number;
}

/** The sending end of an exchange: an upload, or a channel from the node that has it. */
export interface Source {
  /** Known once `data` or `end` has been called. */
  readonly head: SenderHead;
  start(taker: SourceListener): void;
  pause(): void;
  resume(): void;
  /** Nothing more is wanted. */
  stop(): void;
}

export interface SourceListener {
  data(chunk: Buffer): void;
  end(): void;
  /** It broke off. */
  lost(): void;
}

/** The receiving end of an exchange: a response, or a channel to the node that has it. */
export interface Sink {
  /** Bytes that have left for the receiver. */
  readonly flushed: number;
  start(giver: SinkListener): void;
  /** Comes before the first byte, or the end of what has none. */
  begin(head: SenderHead): void;
  /** @returns whether it takes more; if not, it says when. */
  write(chunk: Buffer): boolean;
  /** Everything has been written. */
  end(): void;
  /** The source broke off after `begin`. */
  fail(): void;
  /** Nothing more comes, and another exchange may follow: `begin` was not called. */
  stop(): void;
}

export interface SinkListener {
  drained(): void;
  /** Everything has left, the end included. */
  finished(): void;
  lost(): void;
}

/** One sender's bytes on their way to one receiver. A slow receiver pauses the sender. */
export class Transfer {
  #taken = 0;
  #begun = false;
  #settle: ((ended: TransferResult | 'abandoned') => void) | undefined;

  constructor(
    private readonly source: Source,
    private readonly sink: Sink,
  ) {}

  /** Bytes taken from the sender so far. */
  get bytesRead(): number {
    return this.#taken;
  }

  get hasBegun(): boolean {
    return this.#begun;
  }

  /** @returns how it ended; `abandoned` when it was told to */
  run(): Promise<TransferResult | 'abandoned'> {
    return new Promise((resolve) => {
      this.#settle = resolve;
      this.sink.start({
        drained: () => this.source.resume(),
        finished: () => this.#over('complete'),
        lost: () => this.#over('destination'),
      });
      // The sink may have been lost already.
      if (this.#settle === undefined) return;
      this.source.start({
        data: (chunk) => this.#pass(chunk),
        end: () => this.#end(),
        lost: () => this.#lost(),
      });
    });
  }

  /** Both ends are let go as they are, for another exchange. */
  abandon(): void {
    this.#finish('abandoned');
  }

  /** Ends it as if the source had left, if it runs and no byte has come. */
  cancel(): void {
    if (!this.#begun) this.#over('source');
  }

  #pass(chunk: Buffer): void {
    if (this.#settle === undefined) return;
    this.#begin();
    this.#taken += chunk.length;
    if (!this.sink.write(chunk)) this.source.pause();
  }

  #end(): void {
    if (this.#settle === undefined) return;
    this.#begin();
    this.sink.end();
  }

  #lost(): void {
    if (this.#settle === undefined) return;
    // First of all how it ended: to cut the receiver is to lose it, too.
    this.#over('source');
    if (this.#begun) this.sink.fail();
  }

  #begin(): void {
    if (this.#begun) return;
    this.#begun = true;
    this.sink.begin(this.source.head);
  }

  #over(end: TransferResult['end']): void {
    this.#finish({ end, begun: this.#begun, bytesRead: this.#taken, flushed: this.sink.flushed });
  }

  #finish(ended: TransferResult | 'abandoned'): void {
    const settle = this.#settle;
    if (settle === undefined) return;
    this.#settle = undefined;
    this.source.stop();
    if (!this.#begun) this.sink.stop();
    settle(ended);
  }
}
