import type { ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { closeWaiting, onTurn } from '../../node-internals/waiting-response';

/** A connection on which so many wait is not read. The rest of the 64 KiB that were read last may have some more requests. */
const WAITING_MAX = 100;

interface Queue {
  /** The response that is being sent. */
  front: ServerResponse | undefined;
  readonly waiting: Set<ServerResponse>;
}

/** The responses whose turn on their connection has not come. Node closes only the one whose turn it is: the others would stay. */
export class PipelinedResponses {
  /** Only connections on which responses wait have one. */
  readonly #queues = new Map<Duplex, Queue>();

  /** Call it with each response when its request comes. @param previous the response before it, if that has not closed */
  add(connection: Duplex, response: ServerResponse, previous: ServerResponse | undefined): void {
    if (response.socket !== null) return;
    const queue = this.#queues.get(connection) ?? { front: previous, waiting: new Set() };
    this.#queues.set(connection, queue);
    queue.waiting.add(response);
    // Node pauses only once answers have piled up. It resumes at the end of each request, so the pause comes after that.
    if (isFull(queue)) process.nextTick(() => isFull(queue) && connection.pause());
    onTurn(response, () => this.#send(connection, queue, response));
  }

  /** The response that is being sent while others wait behind it. */
  front(connection: Duplex): ServerResponse | undefined {
    return this.#queues.get(connection)?.front;
  }

  /** Whether so many wait that the connection is not read. Then nothing shows that the client has left. */
  isFull(connection: Duplex): boolean {
    const queue = this.#queues.get(connection);
    return queue !== undefined && isFull(queue);
  }

  /** The connection has closed. */
  close(connection: Duplex): void {
    for (const response of this.#queues.get(connection)?.waiting ?? []) closeWaiting(response);
    this.#queues.delete(connection);
  }

  #send(connection: Duplex, queue: Queue, response: ServerResponse): void {
    const wasFull = isFull(queue);
    queue.waiting.delete(response);
    queue.front = response;
    if (queue.waiting.size === 0) this.#queues.delete(connection);
    if (wasFull && !isFull(queue)) connection.resume();
  }
}

function isFull({ waiting }: Queue): boolean {
  return waiting.size >= WAITING_MAX;
}
