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

  /** Polls until a packet comes, as clients do: an empty answer only says that none came within the poll time. */
  async next(): Promise<Answer> {
    for (;;) {
      const answer = await this.poll();
      if (hasPacket(answer)) return answer;
    }
  }

  /** Brings a packet, and polls until one comes. */
  async exchange(body: string | Buffer, headers: Headers = {}): Promise<Answer> {
    const answer = await this.send(body, headers);
    return hasPacket(answer) ? answer : this.next();
  }

  #post({ body, headers }: { body?: string | Buffer; headers: Headers }): Promise<Answer> {
    return request(this.url(), {
      method: 'POST',
      headers: { ...headers, ...this.authorization },
      ...(body !== undefined && { body }),
    });
  }
}

/** Or an error, which a further poll would only repeat. */
function hasPacket({ status, body }: Answer): boolean {
  return status !== 200 || body.length > 0;
}
