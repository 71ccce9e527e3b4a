import fc from 'fast-check';
import { PendingBytes, type PendingShare } from '../../src/core/ingest/pending-bytes';

const KIB = 1024;
const MAX = 1024 * KIB;

function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

/** A producer that counts how often it was paused and resumed. */
class Producer {
  isPaused = false;
  resumed = 0;
  readonly share: PendingShare;

  constructor(pending: PendingBytes) {
    this.share = pending.share(this);
  }

  pause(): void {
    this.isPaused = true;
  }

  resume(): void {
    this.isPaused = false;
    this.resumed += 1;
  }
}

function producers(pending: PendingBytes, count: number): Producer[] {
  return Array.from({ length: count }, () => new Producer(pending));
}

describe('PendingBytes', () => {
  it('no producer is paused while little is pending', () => {
    const pending = new PendingBytes(MAX);
    const all = producers(pending, 10);
    for (const { share } of all) share.add(10 * KIB);
    expect(all.filter(({ isPaused }) => isPaused)).toEqual([]);
    expect(pending.bytes).toBe(100 * KIB);
  });

  it('the producers with most pending bytes are paused first', () => {
    const pending = new PendingBytes(MAX);
    const [large, middle, small] = producers(pending, 3);
    large?.share.add(480 * KIB);
    middle?.share.add(200 * KIB);
    small?.share.add(KIB);
    large?.share.add(60 * KIB);
    middle?.share.add(60 * KIB);
    for (let line = 0; line < 50; line += 1) small?.share.add(KIB);
    expect([large, middle, small].map((producer) => producer?.isPaused)).toEqual([true, true, false]);
  });

  it('the bound is exceeded by at most one piece per producer', () => {
    const pending = new PendingBytes(MAX);
    const all = producers(pending, 300);
    for (let round = 0; round < 100; round += 1) {
      for (const { isPaused, share } of all) if (!isPaused) share.add(64 * KIB);
    }
    expect(all.every(({ isPaused }) => isPaused)).toBe(true);
    expect(pending.bytes).toBeLessThanOrEqual(MAX + 300 * 64 * KIB);
    for (const { share } of all) expect(share.bytes).toBeLessThanOrEqual(MAX / 2 + 64 * KIB);
  });

  it('the producers that wait longest resume first, as many as the free bytes allow', async () => {
    const pending = new PendingBytes(MAX);
    const [holder, ...others] = producers(pending, 101);
    holder?.share.add(MAX);
    for (const { share } of others) share.add(KIB);
    for (const { share } of others) share.remove(KIB);
    expect(others.every(({ isPaused }) => isPaused)).toBe(true);
    holder?.share.remove(200 * KIB);
    expect(others.map(({ isPaused }) => isPaused).indexOf(true)).toBe(3);
    await turn();
    expect(others.map(({ isPaused }) => isPaused).indexOf(true)).toBe(6);
  });

  it('all producers resume once nothing is pending, even those that send nothing', async () => {
    const pending = new PendingBytes(MAX);
    const all = producers(pending, 1_000);
    for (let round = 0; round < 4; round += 1) for (const { share } of all) share.add(64 * KIB);
    for (const { share } of all) share.remove(share.bytes);
    for (let turns = 0; turns < 1_000 && all.some(({ isPaused }) => isPaused); turns += 1) await turn();
    expect(all.filter(({ isPaused }) => isPaused)).toEqual([]);
  });

  it('a producer that ends returns its bytes, and is not resumed', () => {
    const pending = new PendingBytes(MAX);
    const [over, other] = producers(pending, 2);
    over?.share.add(MAX);
    other?.share.add(KIB);
    over?.share.end();
    expect(pending.bytes).toBe(KIB);
    expect(over).toMatchObject({ isPaused: true, resumed: 0 });
    expect(other).toMatchObject({ isPaused: false, resumed: 1 });
  });

  it('no producer stays paused once everything is stored, in any order of steps', async () => {
    const anyStep = fc.record({ producer: fc.nat(19), bytes: fc.nat(64 * KIB), comes: fc.boolean() });
    await fc.assert(
      fc.asyncProperty(fc.array(anyStep, { maxLength: 200 }), async (steps) => {
        const pending = new PendingBytes(256 * KIB);
        const all = producers(pending, 20);
        for (const { producer, bytes, comes } of steps) {
          const one = all[producer];
          if (comes && one?.isPaused === false) one.share.add(bytes);
          else if (!comes) one?.share.remove(Math.min(bytes, one.share.bytes));
        }
        expect(pending.bytes).toBe(all.reduce((sum, { share }) => sum + share.bytes, 0));
        for (const { share } of all) share.remove(share.bytes);
        for (let turns = 0; turns < 50 && all.some(({ isPaused }) => isPaused); turns += 1) await turn();
        expect(all.filter(({ isPaused }) => isPaused)).toEqual([]);
        expect(pending.bytes).toBe(0);
      }),
    );
  });
});
