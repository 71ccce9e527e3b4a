import type { PendingBytes } from '../../core/ingest/pending-bytes';
import type { Connections } from '../../redis/connections';
import { type Match, nodeOf, type WaiterId } from '../match/queues';
import type { RemoteChannels, RemoteSink, RemoteSource } from '../match/remote-channels';
import type { ChannelContext } from './channel-context';
import { ChannelSink } from './channel-sink';
import { ChannelSource } from './channel-source';
import type { NodeBus } from './node-bus';
import { channelPartition } from './relay-keys';
import type { RelayLease } from './relay-lease';

/** Transfers between two nodes: the bytes in a Redis stream per transfer, messages about them on the bus. */
export class RedisChannels implements RemoteChannels {
  readonly #sinks = new Map<string, ChannelSink>();
  readonly #sources = new Map<string, ChannelSource>();

  constructor(
    private readonly connections: Connections,
    private readonly bus: NodeBus,
    private readonly lease: RelayLease,
    private readonly pending: PendingBytes,
  ) {
    bus.on('x-ack', ({ x = '', bytes, entries, idle }) => {
      this.#sinks.get(x)?.onAck({ bytes: Number(bytes), entries: Number(entries), isIdle: idle === '1' });
    });
    bus.on('x-done', ({ x = '', how, flushed }) => {
      this.#sinks.get(x)?.onDone(how === 'complete' ? 'complete' : 'lost', Number(flushed));
    });
    bus.on('x-here', ({ x = '', from = '' }) => {
      const sink = this.#sinks.get(x);
      if (sink === undefined) bus.send(from, 'x-unknown', { x });
      else sink.onPeerSeen();
    });
    bus.on('x-unknown', ({ x = '' }) => this.#sources.get(x)?.onSenderUnknown());
    bus.on('x-wake', ({ x = '' }) => this.#sources.get(x)?.wake());
  }

  sinkTo(match: Match): RemoteSink {
    const sink = new ChannelSink(
      this.#contextOf(match, match.sender, match.receiver, this.#sinks),
      this.pending,
    );
    this.#sinks.set(match.transferId, sink);
    return sink;
  }

  sourceFrom(match: Match): RemoteSource {
    const source = new ChannelSource(this.#contextOf(match, match.receiver, match.sender, this.#sources));
    this.#sources.set(match.transferId, source);
    return source;
  }

  cancelToReceiver(match: Match): void {
    this.sinkTo(match).stop();
  }

  cancelToSender({ transferId, sender }: Match): void {
    this.bus.send(nodeOf(sender), 'x-done', { x: transferId, how: 'lost', flushed: '0' });
  }

  close(): void {
    for (const sink of this.#sinks.values()) sink.onDone('lost', sink.flushed);
    for (const source of this.#sources.values()) source.stop();
  }

  #contextOf(
    { transferId }: Match,
    own: WaiterId,
    other: WaiterId,
    ends: Map<string, unknown>,
  ): ChannelContext {
    const [from, peer] = [nodeOf(own), nodeOf(other)];
    const partition = channelPartition(transferId);
    return {
      client: this.connections.commands,
      transferId,
      linkForSending: () => this.connections.link(partition),
      linkForReading: () => this.connections.pageLink(partition),
      send: (kind, fields = {}) => this.bus.send(peer, kind, { x: transferId, from, ...fields }),
      isPeerAlive: () => this.lease.isAlive(peer),
      onClosed: () => ends.delete(transferId),
    };
  }
}
