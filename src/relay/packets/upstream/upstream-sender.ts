import { messageOf } from '../../../core/log/errors';
import { Semaphore } from '../../../core/scheduling/semaphore';
import type { Outbox, OutgoingRef } from '../store/packet-store';
import { retryUntilRecorded } from '../store/retry-until-recorded';
import { ClientQueue } from './client-queue';
import type { DeliveryResult } from './deliver-packet';
import { Timers } from './timers';

const FETCH_AGAIN_MS = 1_000;

/**
 * How long after a request has left the next one follows when there is no answer yet. The next may go over another connection, and overtake
 * the first on its way or in the upstream; one that is answered has certainly arrived.
 */
const AHEAD_MS = 50;

export interface UpstreamSenderOptions {
  readonly outbox: Outbox;
  /** Tries every upstream once. `sent` is called as soon as the next packet may follow. */
  readonly deliver: (outgoing: OutgoingRef, sent: () => void) => Promise<DeliveryResult>;
  readonly retryDelayMs: number;
  /** How many requests are under way at once. */
  readonly requestsMax: number;
  readonly warn: (message: string, details: object) => void;
  /** Aborts when what is under way is given up. */
  readonly signal: AbortSignal;
}

/**
 * Sends what is in the outbox until each packet has arrived. A client's packets are started in order; the answers are waited for only
 * for a moment, as the upstream may hold them back. When no upstream can be reached the client's packets wait together, so that they
 * arrive in order later; one that the upstream does not want waits alone, so that it holds up nobody.
 */
export class UpstreamSender {
  readonly #lanes = new Map<string, ClientQueue>();
  /** The packets in a lane, under way, or waiting to be tried again: they may be told more than once. */
  readonly #known = new Set<number>();
  readonly #underWay = new Set<Promise<void>>();
  readonly #slots: Semaphore;
  readonly #timers = new Timers();
  #fetching: Promise<void> | undefined;
  #fetchAgain = false;
  #isStopped = false;

  constructor(private readonly options: UpstreamSenderOptions) {
    this.#slots = new Semaphore(options.requestsMax);
    options.outbox.onNewPackets(() => this.fetch());
  }

  /** Looks for new packets. Called while it does so, it looks once more. */
  fetch(): void {
    if (this.#isStopped) return;
    this.#fetchAgain = true;
    this.#fetching ??= this.#fetchAll().finally(() => {
      this.#fetching = undefined;
    });
  }

  /** Starts nothing more; resolves when nothing is under way. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    this.#timers.clear();
    await this.#fetching;
    await Promise.all(this.#underWay);
  }

  async #fetchAll(): Promise<void> {
    const { outbox, warn } = this.options;
    while (this.#fetchAgain && !this.#isStopped) {
      this.#fetchAgain = false;
      try {
        for (const outgoing of await outbox.newPackets()) {
          if (this.#known.has(outgoing.seq)) continue;
          this.#known.add(outgoing.seq);
          this.#enqueue(outgoing);
        }
      } catch (error) {
        warn('packets for the upstream cannot be read', { reason: messageOf(error) });
        this.#timers.after(FETCH_AGAIN_MS, () => this.fetch());
      }
    }
  }

  #enqueue(outgoing: OutgoingRef): void {
    this.#laneOf(outgoing.client).add(outgoing);
    void this.#send(outgoing.client);
  }

  #laneOf(client: string): ClientQueue {
    const lane = this.#lanes.get(client) ?? new ClientQueue();
    this.#lanes.set(client, lane);
    return lane;
  }

  async #send(client: string): Promise<void> {
    const lane = this.#laneOf(client);
    if (lane.isSending) return;
    lane.isSending = true;
    while (lane.mayStart && !this.#isStopped) {
      const free = await this.#slots.acquire();
      // While this waited for its slot another packet may have found that no upstream can be reached.
      const outgoing = lane.mayStart && !this.#isStopped ? lane.next() : undefined;
      if (outgoing === undefined) free();
      else await this.#start(outgoing, free);
    }
    lane.isSending = false;
    if (lane.isIdle) this.#lanes.delete(client);
  }

  /** Resolves when the next packet may follow. */
  #start(outgoing: OutgoingRef, free: () => void): Promise<void> {
    return new Promise((follow) => {
      const sent = (): void => this.#timers.after(AHEAD_MS, follow);
      const delivery = this.#deliver(outgoing, sent).finally(() => {
        this.#underWay.delete(delivery);
        follow();
        free();
      });
      this.#underWay.add(delivery);
    });
  }

  async #deliver(outgoing: OutgoingRef, sent: () => void): Promise<void> {
    const { deliver, signal, warn } = this.options;
    const delivery = await deliver(outgoing, sent).catch((error): DeliveryResult => {
      warn('sending a packet failed', { reason: messageOf(error) });
      return 'unreachable';
    });
    // It stays in the outbox, for whoever sends next.
    if (signal.aborted) return;
    if (delivery === 'unreachable') this.#pause(outgoing);
    else if (delivery === 'gone') this.#known.delete(outgoing.seq);
    else if (delivery === 'delivered' || (await this.#isFull(outgoing))) await this.#remove(outgoing);
    else this.#timers.after(this.options.retryDelayMs, () => this.#enqueue(outgoing));
  }

  #pause(outgoing: OutgoingRef): void {
    const lane = this.#laneOf(outgoing.client);
    lane.add(outgoing);
    if (lane.isPaused) return;
    lane.isPaused = true;
    this.#timers.after(this.options.retryDelayMs, () => {
      lane.isPaused = false;
      void this.#send(outgoing.client);
    });
  }

  async #remove(outgoing: OutgoingRef): Promise<void> {
    await retryUntilRecorded(() => this.options.outbox.remove(outgoing), this.options);
    this.#known.delete(outgoing.seq);
  }

  /** Packets that the upstream refuses are not to keep out new ones. */
  async #isFull({ client }: OutgoingRef): Promise<boolean> {
    // A store that does not say is asked again when the packet has been refused the next time.
    const isFull = await this.options.outbox.isFull().catch(() => false);
    if (isFull)
      this.options.warn('the queue is full: a packet that the upstream refuses is dropped', { client });
    return isFull;
  }
}
