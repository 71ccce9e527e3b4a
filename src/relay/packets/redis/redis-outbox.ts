import { createHash } from 'node:crypto';
import type { RelayRedis } from '../../nodes/relay-redis';
import { decodePacket, encodePacket, type Packet } from '../store/packet';
import type { Outbox, OutgoingRef, PacketLimits } from '../store/packet-store';
import type { PacketScripts } from './packet-scripts';

/** How often what dead nodes had to send is looked for, and what was told may have got lost. */
const LOOK_AGAIN_MS = 2_000;

/** The queue that all nodes on one Redis share: each sends what came to it, and what dead nodes have left. */
export class RedisOutbox implements Outbox {
  readonly #timer: NodeJS.Timeout;
  #listener = (): void => {};
  /** The last packet of this node that it has been told of. */
  #told = 0;

  constructor(
    private readonly scripts: PacketScripts,
    private readonly node: string,
    private readonly limits: PacketLimits,
    bus: RelayRedis['bus'],
  ) {
    bus.on('pk-work', () => this.#listener());
    this.#timer = setInterval(() => void this.#lookAround(), LOOK_AGAIN_MS).unref();
  }

  async add(client: string, packet: Packet): Promise<'added' | 'full'> {
    const { upstreamPackets, upstreamBytes } = this.limits;
    const args = [this.node, client, encodePacket(packet), upstreamPackets, upstreamBytes];
    const outcome = await this.scripts.text('add', args);
    if (outcome === 'FULL') return 'full';
    if (outcome === 'ADOPTED') this.#told = 0;
    if (outcome !== 'OTHERS') this.#listener();
    return 'added';
  }

  async isFull(): Promise<boolean> {
    return (await this.scripts.outgoingCount()) >= this.limits.upstreamPackets;
  }

  async newPackets(): Promise<readonly OutgoingRef[]> {
    const since = this.#told;
    const flat = await this.scripts.texts('new-packets', [this.node, since]);
    const news: OutgoingRef[] = [];
    for (let i = 0; i < flat.length; i += 2) news.push({ seq: Number(flat[i]), client: flat[i + 1] ?? '' });
    // Unless it was set back meanwhile, when this node took over those of another.
    if (this.#told === since) this.#told = news.at(-1)?.seq ?? since;
    return news;
  }

  onNewPackets(listener: () => void): void {
    this.#listener = listener;
    void this.#lookAround();
  }

  async load({ seq }: OutgoingRef): Promise<Packet | undefined> {
    const [packet] = await this.scripts.buffers('load', [this.node, seq]);
    return packet === undefined ? undefined : decodePacket(packet);
  }

  async remove({ client, seq }: OutgoingRef): Promise<void> {
    await this.scripts.text('remove', [client, seq]);
  }

  async claimPolling(upstream: string, ms: number): Promise<number> {
    const name = createHash('sha256').update(upstream).digest('hex');
    return Number(await this.scripts.text('claim-polling', [this.node, name, ms]));
  }

  close(): void {
    clearInterval(this.#timer);
  }

  async #lookAround(): Promise<void> {
    try {
      if ((await this.scripts.text('adopt', [this.node])) === '1') this.#told = 0;
      this.#listener();
    } catch {
      // Redis is away: it is looked for again, and whoever needs it says so.
    }
  }
}
