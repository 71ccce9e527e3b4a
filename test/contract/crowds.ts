import fc from 'fast-check';
import { sizeOf } from '../../src/core/bytes/size-of';
import { Follower, type LiveDelivery } from '../../src/core/follow/follower';
import type { LogInfo, LogOutcome } from '../../src/core/log/log';
import { advance, type Offset, START } from '../../src/core/log/offset';
import { timeOf } from '../../src/core/log/time-mark';
import { type BytesNews, timesOf } from '../../src/core/store/news';
import type { LogStore, Page } from '../../src/core/store/store';
import { commit, createOpenLog, remove } from './commits';
import { readAll } from './logs';
import type { Subject } from './store.contract';

/** Each takes long enough that a turn of the event loop has no time for all. */
const READERS = 80;
const BUSY_MS = 0.05;
/** How far a known time may be from that of the append. */
const TIME_MS = 250;

const anyScenario = fc.record({
  /** The bytes of commits. All of a round are sent without waiting. */
  rounds: fc.array(
    fc.array(
      fc.oneof(
        { weight: 9, arbitrary: fc.integer({ min: 1, max: 300 }) },
        { weight: 1, arbitrary: fc.constant(40_000) },
      ),
      { minLength: 1, maxLength: 8 },
    ),
    { minLength: 1, maxLength: 12 },
  ),
  /** What becomes of live bytes, by reader and delivery. */
  deliveries: fc.array(fc.constantFrom<LiveDelivery>('sent', 'sent', 'sent', 'sent', 'behind', 'declined'), {
    minLength: 7,
    maxLength: 7,
  }),
  /** The pauses of a reader of stored pages, in turns. */
  stalls: fc.array(fc.nat(8), { minLength: 5, maxLength: 5 }),
  end: fc.constantFrom('seal' as const, 'last commit' as const, 'removal' as const),
});

/** Keeps what it was given, and is as slow as the scenario says. */
class Reader extends Follower {
  readonly chunks: Buffer[] = [];
  /** The news that it was sent. */
  readonly sent: { readonly news: BytesNews; readonly next: Offset }[] = [];
  outcome: LogOutcome | undefined;
  failure: unknown;
  readonly over: Promise<void>;
  #deliveries = 0;
  #end = (): void => {};

  constructor(
    store: LogStore,
    log: LogInfo,
    private readonly index: number,
    private readonly behaviour: { deliveries: readonly LiveDelivery[]; stalls: readonly number[] },
  ) {
    super(store, { id: log.id, generation: log.generation }, START);
    this.over = new Promise((resolve) => {
      this.#end = resolve;
    });
  }

  begin(): void {
    this.read();
  }

  protected sendLive(news: BytesNews, next: Offset): LiveDelivery {
    for (const until = performance.now() + BUSY_MS; performance.now() < until; );
    this.#deliveries += 1;
    const { deliveries } = this.behaviour;
    // Most readers take all that comes, so that there is a crowd at the tail.
    const how = this.index % 8 > 0 ? 'sent' : deliveries[(this.#deliveries + this.index) % deliveries.length];
    if (how === undefined || how === 'declined') return 'declined';
    this.sent.push({ news, next });
    this.chunks.push(...news.chunks);
    return how;
  }

  protected async sendStored(page: Page): Promise<void> {
    const { stalls } = this.behaviour;
    for (const chunk of page.chunks) this.chunks.push(Buffer.from(chunk));
    page.release?.();
    for (let turn = stalls[this.chunks.length % stalls.length] ?? 0; turn > 0; turn -= 1)
      await new Promise((resolve) => setImmediate(resolve));
  }

  protected ended(outcome: LogOutcome): void {
    this.outcome = outcome;
    this.#end();
  }

  protected lost(): void {
    this.failed(new Error('no bytes are lost here'));
  }

  protected failed(error: unknown): void {
    this.failure = error;
    this.#end();
  }

  protected detach(work: Promise<void>): void {
    work.catch((error: unknown) => this.failed(error));
  }
}

export function describeCrowds(subject: Subject): void {
  it('no reader of many loses or repeats a byte, however commits, stalls and the end of the log meet', async () => {
    const { store } = subject;
    await fc.assert(
      fc.asyncProperty(anyScenario, async ({ rounds, end, ...behaviour }) => {
        const log = await createOpenLog(store);
        const readers = Array.from({ length: READERS }, (_, i) => new Reader(store, log, i, behaviour));
        for (const reader of readers) reader.begin();
        const kept = new Reader(store, log, 1, behaviour);
        kept.begin();
        let number = 0;
        for (const round of rounds) {
          const texts = round.map((bytes) => `<${number++}>`.padEnd(bytes, '.'));
          await Promise.all(texts.map((text) => commit(store, log, text)));
        }
        const seal = { kind: 'complete' as const };
        if (end === 'last commit') await commit(store, log, 'the end', { seal });
        const stored = await readAll(store, log);
        const { times = [] } = await store.readTimed(log, START, Number.MAX_SAFE_INTEGER);
        if (end === 'seal') await commit(store, log, '', { seal });
        if (end === 'removal') await remove(store, log);
        await Promise.all([...readers, kept].map(({ over }) => over));
        for (const reader of [...readers, kept]) expectRead(reader, stored.bytes, end === 'removal');
        for (const { news, next } of kept.sent) expectTimes(news, next, times);
      }),
      { numRuns: 10 },
    );
  });
}

/** Of a removed log a reader that was behind has a beginning. */
function expectRead({ chunks, outcome, failure }: Reader, content: Buffer, isRemoved: boolean): void {
  const read = Buffer.concat(chunks);
  expect(read.equals(content.subarray(0, read.length))).toBe(true);
  if (isRemoved && failure !== undefined) {
    expect(failure).toMatchObject({ code: 'LOG_GONE' });
    return;
  }
  expect(failure).toBeUndefined();
  expect(read).toHaveLength(content.length);
  expect(outcome).toEqual({ kind: isRemoved ? 'deleted' : 'complete' });
}

/** The time of a byte is within what the store knows of it. */
function expectTimes(news: BytesNews, next: Offset, stored: Parameters<typeof timeOf>[0]): void {
  const live = timesOf(news, next);
  const from = advance(next, -sizeOf(news.chunks));
  for (const offset of [from, ...live.map((mark) => advance(mark.end, -1))]) {
    const late = (timeOf(stored, offset) ?? 0) - (timeOf(live, offset) ?? 0);
    expect(late).toBeGreaterThanOrEqual(0);
    expect(late).toBeLessThanOrEqual(TIME_MS);
  }
  expect(live.at(-1)?.end).toBe(next);
}
