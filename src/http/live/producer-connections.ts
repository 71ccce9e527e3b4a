import type { Writer } from '../../core/log/log';
import type { LifecycleEvent } from '../../core/store/news';
import type { LogStore } from '../../core/store/store';

/**
 * A producer whose connection ends at this node.
 *
 * FEEDING  its bytes go to the log. It is cut when another producer takes the log over, or when the log ends.
 * ENDING   its end is being recorded, and its answer is still to be sent. News of the log are its own.
 */
class ProducerConnection {
  #state: 'feeding' | 'ending' = 'feeding';
  /** What remains to be recorded although the producer has its answer. */
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

  /** Continues `work` after the request. It must not reject. */
  continueInBackground(work: Promise<unknown>): void {
    this.#unrecorded.add(work);
  }

  async whenRecorded(): Promise<void> {
    await Promise.all(this.#unrecorded);
  }
}

/**
 * The producers whose connections end at this node. A producer is cut as soon as this node learns that another one has taken over, on any
 * node, or that the log was removed or replaced; the store refuses its appends in any case. It is also cut if the other nodes have
 * released it because this one was silent for too long: it may resume while its grace lasts.
 */
export class ProducerConnections {
  readonly #byGeneration = new Map<string, ProducerConnection>();
  readonly #running = new Set<Promise<unknown>>();
  readonly #unsubscribe: () => void;
  #isClosed = false;

  constructor(store: LogStore) {
    this.#unsubscribe = store.lifecycle((event) => this.#onEvent(event));
  }

  /** @param breakOff cuts the producer's connection */
  async track<T>(
    writer: Writer,
    breakOff: () => void,
    work: (connection: ProducerConnection) => Promise<T>,
  ): Promise<T> {
    const connection = new ProducerConnection(writer, breakOff);
    const answered = work(connection);
    const over = answered.then(
      () => connection.whenRecorded(),
      () => connection.whenRecorded(),
    );
    this.#running.add(over);
    this.#register(connection);
    try {
      return await answered;
    } finally {
      const { generation } = writer.log;
      if (this.#byGeneration.get(generation) === connection) this.#byGeneration.delete(generation);
      void over.then(() => this.#running.delete(over));
    }
  }

  /** Cuts all producers after what they have committed, and waits until that is recorded. */
  async cutAll(): Promise<void> {
    this.#isClosed = true;
    for (const connection of this.#byGeneration.values()) connection.cut();
    await Promise.all(this.#running);
    this.#unsubscribe();
  }

  /** Of two producers the one with the older epoch is cut, in whatever order they come here. */
  #register(connection: ProducerConnection): void {
    const { generation } = connection.writer.log;
    const present = this.#byGeneration.get(generation);
    if (this.#isClosed || (present !== undefined && present.writer.epoch > connection.writer.epoch)) {
      connection.cut();
      return;
    }
    present?.cut();
    this.#byGeneration.set(generation, connection);
  }

  #onEvent(event: LifecycleEvent): void {
    const connection = this.#byGeneration.get(event.log.generation);
    if (connection === undefined) return;
    const { epoch } = connection.writer;
    const isTakenOver = event.kind === 'attached' && event.epoch > epoch;
    const isReleased = event.kind === 'released' && event.epoch >= epoch;
    if (isTakenOver || isReleased || event.kind === 'ended') connection.cut();
  }
}
