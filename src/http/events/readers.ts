import type { ChangeEvent } from './change-event';

/** Gets frames of events. */
export interface ChangeReader {
  /** All readers of a frame get the same array in turn. */
  send(frame: readonly Buffer[]): void;
  /** It must read the list again. */
  reset(): void;
}

/** The readers of events by the prefix of the ids that they ask for. Those of one prefix share each frame. */
export class ChangeReaders {
  readonly #groups = new Map<string, Set<ChangeReader>>();

  /** @returns removes it */
  add(prefix: string, reader: ChangeReader): () => void {
    const group = this.#groups.get(prefix) ?? new Set();
    this.#groups.set(prefix, group);
    group.add(reader);
    return () => {
      group.delete(reader);
      if (group.size === 0 && this.#groups.get(prefix) === group) this.#groups.delete(prefix);
    };
  }

  send(events: readonly ChangeEvent[]): void {
    for (const [prefix, group] of this.#groups) {
      const frame = events.filter(({ id }) => id.startsWith(prefix)).map(({ bytes }) => bytes);
      if (frame.length > 0) for (const reader of [...group]) reader.send(frame);
    }
  }

  sendAll(frame: readonly Buffer[]): void {
    for (const reader of this.#all()) reader.send(frame);
  }

  reset(): void {
    for (const reader of this.#all()) reader.reset();
  }

  #all(): readonly ChangeReader[] {
    return [...this.#groups.values()].flatMap((group) => [...group]);
  }
}
