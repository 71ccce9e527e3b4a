import { randomUUID } from 'node:crypto';
import { type Answer, request } from '../../support/http';
import type { Stage } from './stage';

type Headers = Readonly<Record<string, string>>;

/** A client that has logged in under a name that no other test uses. */
export class PacketClient {
  private constructor(
    readonly id: string,
    readonly token: string,
    private readonly url: () => string,
  ) {}

  static async logIn(stage: Stage, name = 'client', headers: Headers = {}): Promise<PacketClient> {
    const id = `${name}-${randomUUID()}`;
    const answer = await request(stage.url('/auth'), { method: 'POST', headers, body: id });
    expect(answer.status).toBe(200);
    return new PacketClient(id, answer.text, () => stage.url('/'));
  }

  /** The same client, which sends to one node only. */
  at(stage: Stage, index: number): PacketClient {
    return new PacketClient(this.id, this.token, () => `${stage.node(index).url}/packets`);
  }

  get authorization(): Headers {
    return { Authorization: `Bearer ${this.token}` };
  }

  /** Brings a packet, and waits for one. */
  send(body: string | Buffer, headers: Headers = {}): Promise<Answer> {
    return this.#post({ body, headers });
  }

  /** Waits for a packet. */
  poll(headers: Headers = {}): Promise<Answer> {
    return this.#post({ headers });
  }

  #post({ body, headers }: { body?: string | Buffer; headers: Headers }): Promise<Answer> {
    return request(this.url(), {
      method: 'POST',
      headers: { ...headers, ...this.authorization },
      ...(body !== undefined && { body }),
    });
  }
}
