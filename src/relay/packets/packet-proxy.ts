import { setMaxListeners } from 'node:events';
import type { Config } from '../../config/config';
import { pause } from '../../core/scheduling/pause';
import type { Warn } from '../../core/store/warnings';
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

/** How often a packet is offered to a full queue again. */
const ADD_RETRY_MS = 200;

/** Exchanges packets between clients and upstreams, and keeps each until it has arrived. */
export class PacketProxy {
  readonly #upstreams: Upstreams;
  readonly #sender: UpstreamSender;
  readonly #context: UpstreamContext;
  readonly #stopping = new AbortController();
  readonly #closing = new AbortController();
  readonly #polls: readonly Promise<void>[];

  constructor(
    private readonly store: PacketStore,
    settings: Config['packets'],
    private readonly warn: Warn,
  ) {
    // Each request to an upstream listens to them. Node warns of a leak at eleven listeners.
    setMaxListeners(0, this.#stopping.signal, this.#closing.signal);
    const { upstreams, timeout, packetBytes, retryDelay, upstreamRequests, pollInterval } = settings;
    this.#upstreams = new Upstreams(upstreams, { timeoutMs: timeout, bodyBytesMax: packetBytes });
    const { outbox, mailboxes } = store;
    const signal = this.#closing.signal;
    this.#context = { upstreams: this.#upstreams, mailboxes, warn, signal };
    this.#sender = new UpstreamSender({
      outbox,
      deliver: (outgoing, sent) => this.#deliver(outgoing, sent),
      retryDelayMs: retryDelay,
      requestsMax: upstreamRequests,
      warn,
      signal,
    });
    const polling = {
      outbox,
      context: this.#context,
      intervalMs: pollInterval,
      stopping: this.#stopping.signal,
    };
    this.#polls = this.#upstreams.all.map((upstream) => pollUpstream(upstream, polling));
    this.#sender.fetch();
  }

  get hasUpstreams(): boolean {
    return this.#upstreams.all.length > 0;
  }

  logIn(credentials: Credentials): Promise<LogInResult> {
    return logInClient(this.#upstreams, this.store.mailboxes, credentials, this.#closing.signal);
  }

  /** `undefined` if the token is invalid. */
  async identify(token: Buffer): Promise<Client | undefined> {
    const hash = hashToken(token);
    return hash === undefined ? undefined : this.store.mailboxes.identify(hash);
  }

  /** Resolves when the packet is stored and will be sent. Waits while the queue is full. @returns `full` if the wait was in vain */
  async send(
    client: Client,
    packet: Packet,
    waiting: Pick<PacketWait, 'ms' | 'signal'>,
  ): Promise<'added' | 'full'> {
    const until = performance.now() + waiting.ms;
    for (;;) {
      if ((await this.store.outbox.add(client.id, packet)) === 'added') return 'added';
      if (waiting.signal.aborted || performance.now() >= until) return 'full';
      // It aborts when the client leaves: then the next try is the last.
      await pause(ADD_RETRY_MS, waiting.signal);
    }
  }

  /** Sends a packet to another client if one of the two is a debug server; else discards it: no client learns which others exist. */
  async sendToClient(from: Client, to: string, packet: Packet): Promise<void> {
    const { mailboxes } = this.store;
    if (to.length > CLIENT_ID_MAX) return;
    if (!from.acceptsDebug && !(await mailboxes.acceptsDebug(to))) return;
    const outcome = await mailboxes.put(to, { ...packet, from: from.id });
    if (outcome === 'full') this.warn('a packet is dropped: there are too many clients', { client: to });
  }

  /** @throws LogError as `awaitPacket` does */
  receive(client: Client, waiting: PacketWait): Promise<InFlightPacket | undefined> {
    return awaitPacket(this.store.mailboxes, client.id, waiting);
  }

  /** Records whether a packet has reached its client. */
  async settle(inFlight: InFlightPacket, outcome: 'arrived' | 'lost'): Promise<void> {
    const { mailboxes } = this.store;
    const options = { signal: this.#closing.signal, warn: this.warn };
    await retryUntilRecorded(
      () => (outcome === 'arrived' ? mailboxes.acknowledge(inFlight) : mailboxes.requeue(inFlight)),
      options,
    );
  }

  /** Polls and sends no more. Resolves when each packet on its way to an upstream has an answer. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    await Promise.all([...this.#polls, this.#sender.stop()]);
  }

  /** Cancels the requests to upstreams. The next start sends their packets again. */
  async close(): Promise<void> {
    this.#closing.abort();
    await this.stop();
    this.#upstreams.close();
    await this.store.close();
  }

  async #deliver(outgoing: OutgoingRef, sent: () => void): Promise<DeliveryResult> {
    const packet = await this.store.outbox.load(outgoing);
    return packet === undefined ? 'gone' : deliverPacket(this.#context, outgoing.client, packet, sent);
  }
}
