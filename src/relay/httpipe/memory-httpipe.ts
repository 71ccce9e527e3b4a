import type {
  JoinResult,
  Match,
  QueueListener,
  Role,
  TransferResult,
  WaiterId,
  WaiterState,
} from '../match/queues';
import { MemoryQueue } from '../queues/memory-queue';
import { channelQueue, DESTROYED, type HttpipeQueues, parseChannelQueue } from './httpipe-queues';

export class MemoryHttpipe implements HttpipeQueues {
  readonly #channels = new Map<string, MemoryQueue>();

  constructor(private readonly hear: QueueListener) {}

  async join(place: string, entry: WaiterId, role: Role): Promise<JoinResult> {
    const channel = this.#channels.get(place) ?? new MemoryQueue((to, news) => this.hear(place, to, news));
    this.#channels.set(place, channel);
    channel.join(entry, role);
    return { kind: 'attached' };
  }

  async leave(place: string, entry: WaiterId, role: Role): Promise<boolean> {
    const wasWaiting = this.#channels.get(place)?.leave(entry, role) ?? false;
    this.#tidy(place);
    return wasWaiting;
  }

  async refresh(place: string, entry: WaiterId, role: Role): Promise<WaiterState> {
    return this.#channels.get(place)?.refresh(entry, role) ?? { kind: 'gone' };
  }

  async finish(
    place: string,
    pair: Match,
    _ended: TransferResult,
    returning: readonly WaiterId[],
  ): Promise<boolean> {
    const wasUnderWay = this.#channels.get(place)?.finish(pair, returning) ?? false;
    this.#tidy(place);
    return wasUnderWay;
  }

  async destroy(namespace: string, channel?: string): Promise<void> {
    const places = channel === undefined ? this.#placesIn(namespace) : [channelQueue(namespace, channel)];
    for (const place of places) {
      this.#channels.get(place)?.evictWaiting(DESTROYED);
      this.#tidy(place);
    }
  }

  async namespaces(): Promise<readonly string[]> {
    return [...new Set([...this.#channels.keys()].map((place) => parseChannelQueue(place)[0]))];
  }

  async channels(namespace: string): Promise<readonly string[]> {
    return this.#placesIn(namespace).map((place) => parseChannelQueue(place)[1]);
  }

  #placesIn(namespace: string): readonly string[] {
    const prefix = channelQueue(namespace, '');
    return [...this.#channels.keys()].filter((place) => place.startsWith(prefix));
  }

  #tidy(place: string): void {
    if (this.#channels.get(place)?.isEmpty) this.#channels.delete(place);
  }
}
