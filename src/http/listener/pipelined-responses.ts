import type { ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';

/** While so many wait on a connection, it is not read. The rest of the 64 KiB that were read last may bring some more. */
const WAITING_MAX = 100;

interface Queue {
  /** The answer that is being sent. */
  front: ServerResponse | undefined;
  readonly waiting: Set<ServerResponse>;
}

/**
 * The answers whose turn on their connection has not come: to requests that were sent without waiting for the answer before. When
 * the connection closes, Node tells only the answer whose turn it is. The others would never be over, and what they stand for, as
 * a consumer at a tail, would be kept for ever.
 */
export class PipelinedResponses {
  /** Only of connections on which answers wait. */
  readonly #queues = new Map<Duplex, Queue>();

  /**
   * To be called with each answer when its request comes.
   * @param previous the answer before it, if that has not closed
   */
  add(connection: Duplex, answer: ServerResponse, previous: ServerResponse | undefined): void {
    if (answer.socket !== null) return;
    const queue = this.#queues.get(connection) ?? { front: previous, waiting: new Set() };
    this.#queues.set(connection, queue);
    queue.waiting.add(answer);
    // Node pauses only once answers have piled up. It resumes at the end of each request, so the pause comes after that.
    if (isFull(queue)) process.nextTick(() => isFull(queue) && connection.pause());
    answer.once('socket', () => this.#send(connection, queue, answer));
  }

  /** The answer that is being sent while others wait behind it. */
  front(connection: Duplex): ServerResponse | undefined {
    return this.#queues.get(connection)?.front;
  }

  /** Whether so many wait that the connection is not read. Then it is not noticed either that the client leaves. */
  isFull(connection: Duplex): boolean {
    const queue = this.#queues.get(connection);
    return queue !== undefined && isFull(queue);
  }

  /** The connection has closed. */
  close(connection: Duplex): void {
    for (const answer of this.#queues.get(connection)?.waiting ?? []) {
      // Undocumented: it is what `closed` tells. A handler that has yet to look at it would else wait for the event.
      Object.assign(answer.destroy(), { _closed: true }).emit('close');
    }
    this.#queues.delete(connection);
  }

  #send(connection: Duplex, queue: Queue, answer: ServerResponse): void {
    const wasFull = isFull(queue);
    queue.waiting.delete(answer);
    queue.front = answer;
    if (queue.waiting.size === 0) this.#queues.delete(connection);
    if (wasFull && !isFull(queue)) connection.resume();
  }
}

function isFull({ waiting }: Queue): boolean {
  return waiting.size >= WAITING_MAX;
}
