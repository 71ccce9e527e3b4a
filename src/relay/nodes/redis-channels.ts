import type { PendingBytes } from '../../core/ingest/pending-bytes';
import type { Connections } from '../../redis/connections';
import { type Entry, nodeOf, type Pair } from '../match/queues';
import type { Channels, RemoteSink, RemoteSource } from '../match/remote-channels';
import type { Line } from './channel-context';
import { ChannelSink } from './channel-sink';
import { ChannelSource } from './channel-source';
import type { Bus } from './node-bus';
import { channelPartition } from './relay-keys';
import type { Lease } from './relay-lease';

/** Exchanges between two nodes: bytes in a Redis stream for each, and what is said about them on the bus. */
export class RedisChannels implements Channels {
  readonly #sinks = new Map<string, ChannelSink>();
  readonly #sources = new Map<string, ChannelSource>();

  constructor(
    private readonly connections: Connections,
    private readonly bus: Bus,
    private readonly lease: Lease,
    private readonly pending: PendingBytes,
  ) {
    bus.on('x-ack', ({ x = '', bytes, entries, idle }) => {
      this.#sinks
        .get(x)
        ?.acknowledged({ bytes: Number(bytes), entries: Number(entries), isIdle: idle === '1' });
    });
    bus.on('x-done', ({ x = '', how, flushed }) => {
      this.#sinks.get(x)?.done(how === 'complete' ? 'complete' : 'lost', Number(flushed));
    });
    bus.on('x-here', ({ x = '', from = '' }) => {
      const sink = this.#sinks.get(x);
      if (sink === undefined) bus.send(from, 'x-unknown', { x });
      else sink.heard();
    });
    bus.on('x-unknown', ({ x = '' }) => this.#sources.get(x)?.unknown());
    bus.on('x-wake', ({ x = '' }) => this.#sources.get(x)?.wake());
  }

  sinkTo(pair: Pair): RemoteSink {
    const sink = new ChannelSink(this.#line(pair, pair.sender, pair.receiver, this.#sinks), this.pending);
    this.#sinks.set(pair.exchange, sink);
    return sink;
  }

  sourceFrom(pair: Pair): RemoteSource {
    const source = new ChannelSource(this.#line(pair, pair.receiver, pair.sender, this.#sources));
    this.#sources.set(pair.exchange, source);
    return source;
  }

  withhold(pair: Pair): void {
    this.sinkTo(pair).stop();
  }

  refuse({ exchange, sender }: Pair): void {
    this.bus.send(nodeOf(sender), 'x-done', { x: exchange, how: 'lost', flushed: '0' });
  }

  close(): void {
    for (const sink of this.#sinks.values()) sink.done('lost', sink.flushed);
    for (const source of this.#sources.values()) source.stop();
  }

  #line({ exchange }: Pair, own: Entry, other: Entry, ends: Map<string, unknown>): Line {
    const [from, peer] = [nodeOf(own), nodeOf(other)];
    const partition = channelPartition(exchange);
    return {
      client: this.connections.commands,
      exchange,
      linkForSending: () => this.connections.link(partition),
      linkForReading: () => this.connections.pageLink(partition),
      send: (kind, fields = {}) => this.bus.send(peer, kind, { x: exchange, from, ...fields }),
      isPeerAlive: () => this.lease.isAlive(peer),
      closed: () => ends.delete(exchange),
    };
  }
}
