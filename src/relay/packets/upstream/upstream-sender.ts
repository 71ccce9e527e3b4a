import { messageOf } from '../../../core/log/errors';
import { Semaphore } from '../../../core/scheduling/semaphore';
import type { Warn } from '../../../core/store/warnings';
import type { Outbox, OutgoingRef } from '../store/packet-store';
import { retryUntilRecorded } from '../store/retry-until-recorded';
import { ClientQueue } from './client-queue';
import type { DeliveryResult } from './deliver-packet';
import { Timers } from './timers';

const FETCH_RETRY_MS = 1_000;

/** How long after a request the next one follows without an answer: over another connection it might overtake the first. */
const AHEAD_MS = 50;

interface UpstreamSenderOptions {
  readonly outbox: Outbox;
  /** Tries each upstream once. Calls `sent` when the whole request was sent. */
  readonly deliver: (outgoing: OutgoingRef, sent: () => void) => Promise<DeliveryResult>;
  readonly retryDelayMs: number;
  /** How many requests are in progress at once. */
  readonly requestsMax: number;
  readonly warn: Warn;
  /** Cancels requests that are in progress. */
  readonly signal: AbortSignal;
}

/**
 * Sends each packet of the outbox until it has arrived. A client's packets are sent in order, each a moment after the one before, whose
 * answer the upstream may hold back. If no upstream can be reached, all packets of the client wait, so that they arrive in order later. A
 * packet that the upstream refuses waits alone, and delays no other.
 */
export class UpstreamSender {
  readonly #queues = new Map<string, ClientQueue>();
  /** Packets in a queue, in progress, or waiting for a retry. The outbox may return them again. */
  readonly #known = new Set<number>();
  readonly #inProgress = new Set<Promise<void>>();
  readonly #requests: Semaphore;
  readonly #timers = new Timers();
  #fetching: Promise<void> | undefined;
  #mustFetch = false;
  #isStopped = false;

  constructor(private readonly options: UpstreamSenderOptions) {
    this.#requests = new Semaphore(options.requestsMax);
    options.outbox.onNewPackets(() => this.fetch());
  }

  /** Fetches new packets from the outbox; once more if called meanwhile. */
  fetch(): void {
    if (this.#isStopped) return;
    this.#mustFetch = true;
    this.#fetching ??= this.#fetchAll().finally(() => {
      this.#fetching = undefined;
    });
  }

  /** Sends no more. Resolves when no request is in progress. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    this.#timers.clear();
    await this.#fetching;
    await Promise.all(this.#inProgress);
  }

  async #fetchAll(): Promise<void> {
    const { outbox, warn } = this.options;
    while (this.#mustFetch && !this.#isStopped) {
      this.#mustFetch = false;
      try {
        for (const outgoing of await outbox.newPackets()) {
          if (this.#known.has(outgoing.seq)) continue;
          this.#known.add(outgoing.seq);
          this.#enqueue(outgoing);
        }
      } catch (error) {
        warn('packets for the upstream cannot be read', { reason: messageOf(error) });
        this.#timers.after(FETCH_RETRY_MS, () => this.fetch());
      }
    }
  }

  #enqueue(outgoing: OutgoingRef): void {
    this.#queueOf(outgoing.client).add(outgoing);
    void this.#send(outgoing.client);
  }

  #queueOf(client: string): ClientQueue {
    const queue = this.#queues.get(client) ?? new ClientQueue();
    this.#queues.set(client, queue);
    return queue;
  }

  async #send(client: string): Promise<void> {
    const queue = this.#queueOf(client);
    if (queue.isSending) return;
    queue.isSending = true;
    while (queue.hasNext && !this.#isStopped) {
      const free = await this.#requests.acquire();
      // Meanwhile another packet of the client may have found that no upstream can be reached.
      const outgoing = queue.hasNext && !this.#isStopped ? queue.next() : undefined;
      if (outgoing === undefined) free();
      else await this.#start(outgoing, free);
    }
    queue.isSending = false;
    if (queue.isIdle) this.#queues.delete(client);
  }

  /** Resolves when the next packet may follow. */
  #start(outgoing: OutgoingRef, free: () => void): Promise<void> {
    return new Promise((follow) => {
      const sent = (): void => this.#timers.after(AHEAD_MS, follow);
      const delivery = this.#deliver(outgoing, sent).finally(() => {
        this.#inProgress.delete(delivery);
        follow();
        free();
      });
      this.#inProgress.add(delivery);
    });
  }

  async #deliver(outgoing: OutgoingRef, sent: () => void): Promise<void> {
    const { deliver, signal, warn } = this.options;
    const delivery = await deliver(outgoing, sent).catch((error): DeliveryResult => {
      warn('sending a packet failed', { reason: messageOf(error) });
      return 'unreachable';
    });
    // It stays in the outbox for the next start, or for another node.
    if (signal.aborted) return;
    if (delivery === 'unreachable') this.#pause(outgoing);
    else if (delivery === 'gone') this.#known.delete(outgoing.seq);
    else if (delivery === 'delivered' || (await this.#isFull(outgoing))) await this.#remove(outgoing);
    else this.#timers.after(this.options.retryDelayMs, () => this.#enqueue(outgoing));
  }

  #pause(outgoing: OutgoingRef): void {
    const queue = this.#queueOf(outgoing.client);
    queue.add(outgoing);
    if (queue.isPaused) return;
    queue.isPaused = true;
    this.#timers.after(this.options.retryDelayMs, () => {
      queue.isPaused = false;
      void this.#send(outgoing.client);
    });
  }

  async #remove(outgoing: OutgoingRef): Promise<void> {
    await retryUntilRecorded(() => this.options.outbox.remove(outgoing), this.options);
    this.#known.delete(outgoing.seq);
  }

  /** A packet that the upstream refuses must not occupy a full queue. */
  async #isFull({ client }: OutgoingRef): Promise<boolean> {
    // If the store is away, it is asked after the next refusal.
    const isFull = await this.options.outbox.isFull().catch(() => false);
    if (isFull)
      this.options.warn('the queue is full: a packet that the upstream refuses is dropped', { client });
    return isFull;
  }
}
