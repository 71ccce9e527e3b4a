import { setMaxListeners } from 'node:events';
import { pause } from '../../core/scheduling/pause';
import { awaitPacket, type PacketWait } from './await-packet';
import { type Credentials, type LogInResult, logInClient } from './log-in-client';
import type { Packet } from './store/packet';
import type { Client, InFlightPacket, OutgoingRef, PacketStore } from './store/packet-store';
import { retryUntilRecorded } from './store/retry-until-recorded';
import { hashToken } from './token-hash';
import {
  CLIENT_ID_MAX,
  type DeliveryResult,
  deliverPacket,
  type UpstreamContext,
} from './upstream/deliver-packet';
import { pollUpstream } from './upstream/poll-upstream';
import { UpstreamSender } from './upstream/upstream-sender';
import { Upstreams } from './upstream/upstreams';

/** How often a client's packet that found the queue full looks again. */
const ROOM_LOOKED_FOR_EVERY_MS = 200;

export interface PacketProxyOptions {
  readonly upstreams: readonly string[];
  readonly retryDelayMs: number;
  readonly pollIntervalMs: number;
  /** How long an upstream may take to answer: longer than it holds requests back. */
  readonly timeoutMs: number;
  readonly upstreamRequests: number;
  readonly packetBytes: number;
  readonly warn: (message: string, details: object) => void;
}

/** Whole messages between clients and the servers behind, kept until they have arrived. */
export class PacketProxy {
  readonly #upstreams: Upstreams;
  readonly #courier: UpstreamSender;
  readonly #post: UpstreamContext;
  readonly #stopping = new AbortController();
  readonly #closing = new AbortController();
  readonly #polls: readonly Promise<void>[];

  constructor(
    private readonly store: PacketStore,
    private readonly options: PacketProxyOptions,
  ) {
    // Every request to an upstream listens to them. Node would take eleven of them for a leak.
    setMaxListeners(0, this.#stopping.signal, this.#closing.signal);
    const { timeoutMs, packetBytes, warn, upstreamRequests, pollIntervalMs } = options;
    this.#upstreams = new Upstreams(options.upstreams, { timeoutMs, bodyBytesMax: packetBytes });
    const { outbox, mailboxes } = store;
    const signal = this.#closing.signal;
    this.#post = { upstreams: this.#upstreams, mailboxes, warn, signal };
    this.#courier = new UpstreamSender({
      outbox,
      deliver: (outgoing, sent) => this.#deliver(outgoing, sent),
      retryDelayMs: options.retryDelayMs,
      requestsMax: upstreamRequests,
      warn,
      signal,
    });
    const poller = { outbox, post: this.#post, intervalMs: pollIntervalMs, stopping: this.#stopping.signal };
    this.#polls = this.#upstreams.all.map((upstream) => pollUpstream(upstream, poller));
    this.#courier.fetch();
  }

  get hasUpstreams(): boolean {
    return this.#upstreams.all.length > 0;
  }

  logIn(credentials: Credentials): Promise<LogInResult> {
    return logInClient(this.#upstreams, this.store.mailboxes, credentials, this.#closing.signal);
  }

  /** `undefined` when the token is worth nothing. */
  async identify(token: Buffer): Promise<Client | undefined> {
    const hash = hashToken(token);
    return hash === undefined ? undefined : this.store.mailboxes.identify(hash);
  }

  /**
   * Resolves when the packet is kept and will be sent; while the queue is full it waits.
   * @returns `full` when there was no room within `waiting`
   */
  async send(
    client: Client,
    packet: Packet,
    waiting: Pick<PacketWait, 'ms' | 'signal'>,
  ): Promise<'added' | 'full'> {
    const until = performance.now() + waiting.ms;
    for (;;) {
      if ((await this.store.outbox.add(client.id, packet)) === 'added') return 'added';
      if (waiting.signal.aborted || performance.now() >= until) return 'full';
      // Aborted when the client leaves: then the next look is the last.
      await pause(ROOM_LOOKED_FOR_EVERY_MS, waiting.signal);
    }
  }

  /**
   * Gives a packet to another client instead of the upstream, when one of the two is a debug server. Else it goes nowhere: a client
   * is not told who else there is.
   */
  async sendToClient(from: Client, to: string, packet: Packet): Promise<void> {
    const { mailboxes } = this.store;
    if (to.length > CLIENT_ID_MAX) return;
    if (!from.acceptsDebug && !(await mailboxes.acceptsDebug(to))) return;
    const outcome = await mailboxes.put(to, { ...packet, from: from.id });
    if (outcome === 'full')
      this.options.warn('a packet is dropped: there are too many clients', { client: to });
  }

  /** @throws LogError, see `awaitPacket` */
  receive(client: Client, waiting: PacketWait): Promise<InFlightPacket | undefined> {
    return awaitPacket(this.store.mailboxes, client.id, waiting);
  }

  /** What is `taken` has reached its client, or has not. */
  async settle(taken: InFlightPacket, outcome: 'arrived' | 'lost'): Promise<void> {
    const { mailboxes } = this.store;
    const record = { signal: this.#closing.signal, warn: this.options.warn };
    await retryUntilRecorded(
      () => (outcome === 'arrived' ? mailboxes.acknowledge(taken) : mailboxes.requeue(taken)),
      record,
    );
  }

  /** Asks and sends no more, and resolves when every packet that is under way has its answer. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    await Promise.all([...this.#polls, this.#courier.stop()]);
  }

  /** Gives up what is still under way: it is sent again after the next start. */
  async close(): Promise<void> {
    this.#closing.abort();
    await this.stop();
    this.#upstreams.close();
    await this.store.close();
  }

  async #deliver(outgoing: OutgoingRef, sent: () => void): Promise<DeliveryResult> {
    const packet = await this.store.outbox.load(outgoing);
    return packet === undefined ? 'gone' : deliverPacket(this.#post, outgoing.client, packet, sent);
  }
}
