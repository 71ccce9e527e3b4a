import type { Writer } from '../../core/log/log';
import type { LifecycleEvent, LogStore } from '../../core/store/store';

/**
 * A producer whose connection ends at this node.
 *
 * FEEDING  its bytes go to the log. Whoever takes the log over, ends it or fences this producer has it cut.
 * ENDING   it is being recorded how it went: news of the log are its own, and its answer is still to be sent.
 */
export class ProducerConnection {
  #state: 'feeding' | 'ending' = 'feeding';
  /** What has to be recorded although the producer has its answer. */
  readonly #unrecorded = new Set<Promise<unknown>>();

  constructor(
    readonly writer: Writer,
    private readonly breakOff: () => void,
  ) {}

  markEnding(): void {
    this.#state = 'ending';
  }

  cut(): void {
    if (this.#state === 'feeding') this.breakOff();
  }

  /** Goes on after the request. `work` must not reject. */
  continueInBackground(work: Promise<unknown>): void {
    this.#unrecorded.add(work);
  }

  async whenRecorded(): Promise<void> {
    await Promise.all(this.#unrecorded);
  }
}

/**
 * The producers whose connections end at this node. One that another has taken over, on whatever node, or whose log was removed
 * or replaced, is cut as soon as this node hears of it; the store refuses its appends in any case. So is one that the other
 * nodes have given up because this one was silent for too long: it may resume while it is still waited for.
 */
export class ProducerConnections {
  readonly #byGeneration = new Map<string, ProducerConnection>();
  readonly #underWay = new Set<Promise<unknown>>();
  readonly #forget: () => void;
  #isClosed = false;

  constructor(store: LogStore) {
    this.#forget = store.lifecycle((event) => this.#onEvent(event));
  }

  /** Runs a producer's work; `breakOff` cuts its connection. */
  async track<T>(
    writer: Writer,
    breakOff: () => void,
    work: (attachment: ProducerConnection) => Promise<T>,
  ): Promise<T> {
    const attachment = new ProducerConnection(writer, breakOff);
    const answered = work(attachment);
    const over = answered.then(
      () => attachment.whenRecorded(),
      () => attachment.whenRecorded(),
    );
    this.#underWay.add(over);
    this.#register(attachment);
    try {
      return await answered;
    } finally {
      const { generation } = writer.log;
      if (this.#byGeneration.get(generation) === attachment) this.#byGeneration.delete(generation);
      void over.then(() => this.#underWay.delete(over));
    }
  }

  /** Cuts all producers after what they have committed, and waits until that is recorded. */
  async cutAll(): Promise<void> {
    this.#isClosed = true;
    for (const attachment of this.#byGeneration.values()) attachment.cut();
    await Promise.all(this.#underWay);
    this.#forget();
  }

  /** Of two, the one that attached first has to go, in whatever order they come here. */
  #register(attachment: ProducerConnection): void {
    const { generation } = attachment.writer.log;
    const present = this.#byGeneration.get(generation);
    if (this.#isClosed || (present !== undefined && present.writer.epoch > attachment.writer.epoch)) {
      attachment.cut();
      return;
    }
    present?.cut();
    this.#byGeneration.set(generation, attachment);
  }

  #onEvent(event: LifecycleEvent): void {
    const attachment = this.#byGeneration.get(event.log.generation);
    if (attachment === undefined) return;
    const { epoch } = attachment.writer;
    const isTakenOver = event.kind === 'attached' && event.epoch > epoch;
    const isGivenUp = event.kind === 'released' && event.epoch >= epoch;
    if (isTakenOver || isGivenUp || event.kind === 'ended') attachment.cut();
  }
}
