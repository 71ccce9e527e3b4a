import type { Outbox, OutgoingRef } from '../../../src/relay/packets/store/packet-store';
import type { DeliveryResult } from '../../../src/relay/packets/upstream/deliver-packet';
import { UpstreamSender } from '../../../src/relay/packets/upstream/upstream-sender';

/** An upstream to which requests leave at once, and which answers when the test calls `answer`. */
class Upstream {
  readonly started: number[] = [];
  readonly #answers = new Map<number, (delivery: DeliveryResult) => void>();
  #onStarted = (): void => {};

  readonly deliver = ({ seq }: OutgoingRef, sent: () => void): Promise<DeliveryResult> => {
    this.started.push(seq);
    sent();
    this.#onStarted();
    return new Promise((resolve) => this.#answers.set(seq, resolve));
  };

  answer(seq: number): void {
    this.#answers.get(seq)?.('delivered');
  }

  async untilStarted(count: number): Promise<void> {
    while (this.started.length < count) {
      await new Promise<void>((resolve) => {
        this.#onStarted = resolve;
      });
    }
  }
}

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('the upstream packets of a client', () => {
  const packets: OutgoingRef[] = [1, 2, 3].map((seq) => ({ seq, client: 'c' }));
  let upstream: Upstream;
  let sender: UpstreamSender;
  let stopping: AbortController;

  beforeEach(() => {
    // No machine is so slow that the moment of waiting is over before the test has looked.
    jest.useFakeTimers({ doNotFake: ['setImmediate', 'nextTick', 'queueMicrotask'] });
    upstream = new Upstream();
    stopping = new AbortController();
    const outbox: Outbox = {
      add: async () => 'added',
      isFull: async () => false,
      newPackets: async () => packets,
      onNewPackets: () => {},
      load: async () => undefined,
      remove: async () => {},
      claimPolling: async () => 0,
    };
    sender = new UpstreamSender({
      outbox,
      deliver: upstream.deliver,
      retryDelayMs: 60_000,
      requestsMax: 8,
      warn: () => {},
      signal: stopping.signal,
    });
    sender.fetch();
  });
  afterEach(async () => {
    stopping.abort();
    for (const { seq } of packets) upstream.answer(seq);
    await sender.stop();
    jest.useRealTimers();
  });

  it('a packet is sent once the one before is answered, not once it has left', async () => {
    await upstream.untilStarted(1);
    await turn();
    expect(upstream.started).toEqual([1]);
    upstream.answer(1);
    await turn();
    expect(upstream.started).toEqual([1, 2]);
  });

  it('a packet is sent after a while although the upstream does not answer the one before', async () => {
    for (let started = 1; started <= packets.length; started += 1) {
      await upstream.untilStarted(started);
      await jest.advanceTimersByTimeAsync(1_000);
    }
    expect(upstream.started).toEqual([1, 2, 3]);
  });
});
