import type { Writer } from '../core/log';
import type { LifecycleEvent, LogStore } from '../core/store';

interface Attachment {
  readonly epoch: number;
  readonly cut: () => void;
  /** Settles when the producer's request is over and its release recorded. */
  readonly over: Promise<unknown>;
}

/**
 * The producers whose connections end at this node. One that another has taken over, on whatever node, or whose log was removed
 * or replaced, is cut as soon as this node hears of it; the store refuses its appends in any case.
 */
export class Attachments {
  readonly #byGeneration = new Map<string, Attachment>();
  readonly #forget: () => void;

  constructor(store: LogStore) {
    this.#forget = store.lifecycle((event) => this.#onEvent(event));
  }

  /** Runs a producer's work; `cut` breaks its connection off. */
  async hold<T>(writer: Writer, cut: () => void, work: () => Promise<T>): Promise<T> {
    const { generation } = writer.log;
    this.#byGeneration.get(generation)?.cut();
    const over = work();
    const attachment: Attachment = { epoch: writer.epoch, cut, over };
    this.#byGeneration.set(generation, attachment);
    try {
      return await over;
    } finally {
      if (this.#byGeneration.get(generation) === attachment) this.#byGeneration.delete(generation);
    }
  }

  /** Cuts all producers after what they have committed, and waits until that is recorded. */
  async cutAll(): Promise<void> {
    const all = [...this.#byGeneration.values()];
    for (const { cut } of all) cut();
    await Promise.allSettled(all.map(({ over }) => over));
    this.#forget();
  }

  #onEvent(event: LifecycleEvent): void {
    const attachment = this.#byGeneration.get(event.log.generation);
    if (attachment === undefined) return;
    const isTakenOver = event.kind === 'attached' && event.epoch > attachment.epoch;
    if (isTakenOver || event.kind === 'ended') attachment.cut();
  }
}
