import type { Query } from '../wire/endpoint';
import type { ReadPosition } from './read-position';

/** How the answers of a read are asked for, and what they consist of. */
export interface ReadFormat<T> {
  readonly query: Query;
  /** The `Accept` header, if the format has one. */
  readonly accept?: string;
  /** Whether the answer has said that it is whole. `undefined` if answers in this format do not say so. */
  readonly isEnded?: boolean;
  /** The last object of the answer, which has the state of the stream, if answers in this format have one. */
  readonly summary?: unknown;
  /** Begins the next answer. @throws LoomClientError `REFUSED` if it is in another format */
  begin(headers: Headers): void;
  /** Yields what a piece of the answer finishes. The position is moved before each. */
  push(piece: Uint8Array): Iterable<T>;
}

/** The bytes as they are. */
export class ByteFormat implements ReadFormat<Uint8Array> {
  readonly query: Query = {};

  constructor(private readonly position: ReadPosition) {}

  begin(): void {}

  *push(piece: Uint8Array): Generator<Uint8Array, void> {
    const taken = this.position.take(piece);
    if (taken.length > 0) yield taken;
  }
}
