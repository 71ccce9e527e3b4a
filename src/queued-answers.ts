import type { ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';

/** While so many wait on a connection, it is not read. The rest of the 64 KiB that were read last may bring some more. */
const WAITING_MAX = 100;

/**
 * The answers whose turn on their connection has not come: to requests that were sent without waiting for the answer before. When
 * the connection closes, Node tells only the answer whose turn it is. The others would never be over, and what they stand for, as
 * a consumer at a tail, would be kept for ever.
 */
export class QueuedAnswers {
  readonly #queued = new Map<Duplex, Set<ServerResponse>>();

  /** To be called with each answer when its request comes. */
  keep(connection: Duplex, answer: ServerResponse): void {
    if (answer.socket !== null) return;
    const queued = this.#queued.get(connection) ?? new Set();
    this.#queued.set(connection, queued.add(answer));
    // Node pauses only once answers have piled up. It resumes at the end of each request, so the pause comes after that.
    if (queued.size >= WAITING_MAX) process.nextTick(() => pauseIfFull(connection, queued));
    answer.once('socket', () => {
      queued.delete(answer);
      if (queued.size === WAITING_MAX - 1) connection.resume();
    });
  }

  /** The connection has closed. */
  close(connection: Duplex): void {
    for (const answer of this.#queued.get(connection) ?? []) {
      // Undocumented: it is what `closed` tells. A handler that has yet to look at it would else wait for the event.
      Object.assign(answer.destroy(), { _closed: true }).emit('close');
    }
    this.#queued.delete(connection);
  }
}

function pauseIfFull(connection: Duplex, queued: ReadonlySet<ServerResponse>): void {
  if (queued.size >= WAITING_MAX) connection.pause();
}
