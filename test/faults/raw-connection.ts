import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

/** A bare connection: what is sent is what is written, and what comes can be looked at. */
export class RawConnection {
  #received = '';
  readonly #closed: Promise<unknown>;

  private constructor(private readonly socket: Socket) {
    socket.setEncoding('latin1').on('data', (text: string) => {
      this.#received += text;
    });
    // Being cut may come as a reset: 'close' follows.
    socket.on('error', () => {});
    this.#closed = new Promise((resolve) => socket.once('close', resolve));
  }

  static async open(port: number): Promise<RawConnection> {
    const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true });
    await once(socket, 'connect');
    return new RawConnection(socket);
  }

  /** Everything so far, one character per byte. */
  get received(): string {
    return this.#received;
  }

  send(text: string): void {
    this.socket.write(text, 'latin1');
  }

  /** @throws when the server closes the connection without having sent it */
  async until(part: string): Promise<string> {
    while (!this.#received.includes(part)) {
      await Promise.race([once(this.socket, 'data'), this.#closed]);
      if (this.socket.destroyed && !this.#received.includes(part))
        throw new Error(`the connection was closed after ${JSON.stringify(this.#received)}`);
    }
    return this.#received;
  }

  /** Everything that came until the server closed its side. */
  async whole(): Promise<string> {
    if (!this.socket.readableEnded) await Promise.race([once(this.socket, 'end'), this.#closed]);
    this.socket.destroy();
    return this.#received;
  }

  reset(): void {
    this.socket.resetAndDestroy();
  }

  close(): void {
    this.socket.destroy();
  }
}
