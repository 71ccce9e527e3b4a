import type { Attached, Ended, Entry, Hear, Pair, Role, Standing } from '../match/queues';
import { MemoryPlace } from '../queues/memory-queue';
import { DESTROYED, type HttpipePlaces, namesOf, placeOf } from './httpipe-queues';

export class MemoryHttpipe implements HttpipePlaces {
  readonly #channels = new Map<string, MemoryPlace>();

  constructor(private readonly hear: Hear) {}

  async attach(place: string, entry: Entry, role: Role): Promise<Attached> {
    const channel = this.#channels.get(place) ?? new MemoryPlace((to, news) => this.hear(place, to, news));
    this.#channels.set(place, channel);
    channel.attach(entry, role);
    return { kind: 'attached' };
  }

  async leave(place: string, entry: Entry, role: Role): Promise<boolean> {
    const wasWaiting = this.#channels.get(place)?.leave(entry, role) ?? false;
    this.#tidy(place);
    return wasWaiting;
  }

  async look(place: string, entry: Entry, role: Role): Promise<Standing> {
    return this.#channels.get(place)?.look(entry, role) ?? { kind: 'gone' };
  }

  async finish(place: string, pair: Pair, _ended: Ended, returning: readonly Entry[]): Promise<boolean> {
    const wasUnderWay = this.#channels.get(place)?.finish(pair, returning) ?? false;
    this.#tidy(place);
    return wasUnderWay;
  }

  async destroy(namespace: string, channel?: string): Promise<void> {
    const places = channel === undefined ? this.#placesIn(namespace) : [placeOf(namespace, channel)];
    for (const place of places) {
      this.#channels.get(place)?.clear(DESTROYED);
      this.#tidy(place);
    }
  }

  async namespaces(): Promise<readonly string[]> {
    return [...new Set([...this.#channels.keys()].map((place) => namesOf(place)[0]))];
  }

  async channels(namespace: string): Promise<readonly string[]> {
    return this.#placesIn(namespace).map((place) => namesOf(place)[1]);
  }

  #placesIn(namespace: string): readonly string[] {
    const prefix = placeOf(namespace, '');
    return [...this.#channels.keys()].filter((place) => place.startsWith(prefix));
  }

  #tidy(place: string): void {
    if (this.#channels.get(place)?.isEmpty) this.#channels.delete(place);
  }
}
