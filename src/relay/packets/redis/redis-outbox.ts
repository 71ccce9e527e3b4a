import { createHash } from 'node:crypto';
import type { RelayRedis } from '../../nodes/relay-redis';
import { decodePacket, encodePacket, type Packet } from '../store/packet';
import type { Outbox, OutgoingRef, PacketLimits } from '../store/packet-store';
import type { PacketScripts } from './packet-scripts';

/** How often the outbox adopts the packets of dead nodes, and calls its listener in case a notification was lost. */
const ADOPT_MS = 2_000;

/** The queue that all nodes on one Redis share. Each sends the packets that it accepted, and adopts those of dead nodes. */
export class RedisOutbox implements Outbox {
  readonly #timer: NodeJS.Timeout;
  #listener = (): void => {};
  /** The last packet that `newPackets` has returned. */
  #lastSeq = 0;

  constructor(
    private readonly scripts: PacketScripts,
    private readonly node: string,
    private readonly limits: PacketLimits,
    bus: RelayRedis['bus'],
  ) {
    bus.on('pk-work', () => this.#listener());
    this.#timer = setInterval(() => void this.#adopt(), ADOPT_MS).unref();
  }

  async add(client: string, packet: Packet): Promise<'added' | 'full'> {
    const { upstreamBuffer, upstreamBytes } = this.limits;
    const args = [this.node, client, encodePacket(packet), upstreamBuffer, upstreamBytes];
    const outcome = await this.scripts.text('add', args);
    if (outcome === 'FULL') return 'full';
    if (outcome === 'ADOPTED') this.#lastSeq = 0;
    if (outcome !== 'OTHERS') this.#listener();
    return 'added';
  }

  async isFull(): Promise<boolean> {
    return (await this.scripts.outgoingCount()) >= this.limits.upstreamBuffer;
  }

  async newPackets(): Promise<readonly OutgoingRef[]> {
    const since = this.#lastSeq;
    const flat = await this.scripts.texts('new-packets', [this.node, since]);
    const found: OutgoingRef[] = [];
    for (let i = 0; i < flat.length; i += 2) found.push({ seq: Number(flat[i]), client: flat[i + 1] ?? '' });
    // Unless it was reset meanwhile, because this node adopted those of another.
    if (this.#lastSeq === since) this.#lastSeq = found.at(-1)?.seq ?? since;
    return found;
  }

  onNewPackets(listener: () => void): void {
    this.#listener = listener;
    void this.#adopt();
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

  async #adopt(): Promise<void> {
    try {
      if ((await this.scripts.text('adopt', [this.node])) === '1') this.#lastSeq = 0;
      this.#listener();
    } catch {
      // Redis is away. The next call may succeed.
    }
  }
}
