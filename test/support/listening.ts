import { EventEmitter, once } from 'node:events';
import type { RequestListener, ServerResponse } from 'node:http';
import { connect, type Socket } from 'node:net';
import { Listener } from '../../src/http/listener/listener';
import { configFrom } from './config';

const stops: (() => Promise<void>)[] = [];

/** Closes what the test has opened. Call it after each test. */
export async function stopListening(): Promise<void> {
  for (const stop of stops.splice(0)) await stop();
}

/** A listener on a free port. */
export async function listen(
  handle: RequestListener,
  settings: object = {},
  onDrop = (): void => {},
): Promise<Place> {
  const listener = new Listener(handle, configFrom(settings), { dropped: onDrop, refused: () => {} });
  const { port } = await listener.listen(0, '127.0.0.1');
  stops.push(async () => {
    listener.cut();
    await listener.stop();
  });
  return { listener, dial: () => Client.dial(port) };
}

export interface Place {
  readonly listener: Listener;
  dial(): Promise<Client>;
}

/** A bare connection: what is sent is what is written, and what came can be looked at. */
export class Client {
  received = '';
  /** The server has closed its side, or cut the connection. */
  readonly left: Promise<unknown>;

  private constructor(readonly socket: Socket) {
    socket.on('data', (bytes) => {
      this.received += bytes;
    });
    // Being cut may come as a reset: 'close' follows.
    socket.on('error', () => {});
    this.left = new Promise((resolve) => socket.once('end', resolve).once('close', resolve));
    stops.push(async () => {
      socket.destroy();
    });
  }

  static async dial(port: number): Promise<Client> {
    const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true });
    await once(socket, 'connect');
    return new Client(socket);
  }

  send(text: string): this {
    this.socket.write(text);
    return this;
  }

  async until(part: string): Promise<string> {
    while (!this.received.includes(part)) await once(this.socket, 'data');
    return this.received;
  }

  /** What came until the server closed its side. */
  async whole(): Promise<string> {
    await this.left;
    return this.received;
  }
}

/** Keeps the answers, in the order in which their requests were handed on. */
export class Asked {
  readonly #answers: ServerResponse[] = [];
  readonly #news = new EventEmitter();
  readonly handle: RequestListener = (_req, res) => {
    this.#answers.push(res);
    this.#news.emit('asked');
  };

  get count(): number {
    return this.#answers.length;
  }

  async nth(number: number): Promise<ServerResponse> {
    for (;;) {
      const answer = this.#answers[number - 1];
      if (answer !== undefined) return answer;
      await once(this.#news, 'asked');
    }
  }
}
