import { existsSync } from 'node:fs';
import { cp, readFile, rm, truncate, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import type { LogRef, Writer } from '../../../../src/core/log/log';
import { parseLogId } from '../../../../src/core/log/log-id';
import { START } from '../../../../src/core/log/offset';
import { offsetOfTime, type TimeMark } from '../../../../src/core/log/time-mark';
import type { LogStore } from '../../../../src/core/store/store';
import { AMPLE, createOpenLog } from '../../../contract/commits';
import { at, attach, readAll } from '../../../contract/logs';
import { TestClock } from '../../../contract/timed';
import { openFilesStore } from '../../../support/open-stores';
import { patternAt } from '../pattern';
import { makeDirectory, removeDirectory } from '../temporary-directory';

const ID = parseLogId('log');
const KIND = ['append', 'append', 'append', 'append', 'commit', 'attach', 'restart', 'crash'] as const;

const step = fc.record({
  kind: fc.constantFrom(...KIND),
  bytes: fc.oneof(fc.integer({ min: 1, max: 300 }), fc.integer({ min: 1, max: 90_000 })),
  ms: fc.oneof(
    fc.nat(100),
    fc.integer({ min: 200, max: 300 }),
    fc.nat(60_000),
    fc.integer({ min: -9_000, max: 0 }),
  ),
  damage: fc.constantFrom('none', 'cut', 'overwritten', 'longer', 'missing'),
  share: fc.double({ min: 0, max: 1, noNaN: true }),
});
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

interface Piece {
  readonly end: number;
  /** When it was stored, by a clock that does not go back; if marks were lost, by that of the machine. */
  at: number;
  /** Its time if marks were lost: not later than the log's last change by then. */
  latest: number;
}

describe('appends and commits at any times, through any restarts, crashes and damage of the sidecar', () => {
  const clock = new TestClock();
  afterEach(() => clock.restore());

  it('have times that never go back, are exact but where marks were lost, and no byte is lost', () =>
    fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 20 }), async (steps) => {
        const subject = await Subject.open(clock);
        try {
          for (const each of steps) await subject.take(each);
          await subject.check();
        } finally {
          await subject.close();
          clock.restore();
        }
      }),
      { numRuns: 12 },
    ));
});

class Subject {
  readonly #pieces: Piece[] = [];
  #writer: Writer | undefined;
  #writtenAt = 0;
  #now = Date.now() + 60_000;
  #latest = this.#now;

  private constructor(
    private readonly clock: TestClock,
    private directory: string,
    private store: LogStore,
    private readonly log: LogRef,
  ) {}

  static async open(clock: TestClock): Promise<Subject> {
    const directory = await makeDirectory();
    const store = await openFilesStore(directory);
    return new Subject(clock, directory, store, await createOpenLog(store, {}, ID));
  }

  async take({ kind, bytes, ms, damage, share }: Step): Promise<void> {
    this.#now += ms;
    this.#latest = Math.max(this.#latest, this.#now);
    this.clock.set(this.#now);
    if (kind === 'crash') await this.#crash(damage, share);
    else if (kind === 'restart') await this.#restart();
    else if (kind === 'attach') await this.#attach();
    else await this.#write(kind, bytes);
    if (share < 0.2) await this.check();
  }

  async check(): Promise<void> {
    const { tail } = this;
    const content = await readAll(this.store, this.log);
    expect(content.bytes.equals(patternAt(0, tail))).toBe(true);
    const marks = await this.#marks(50_000);
    expect(marks.at(-1)?.end ?? 0).toBe(tail);
    for (const [i, mark] of marks.entries()) expect(mark.at).toBeGreaterThanOrEqual(marks[i - 1]?.at ?? 0);
    for (const piece of this.#pieces) this.#expectTime(marks, piece);
    for (const { at: time } of marks)
      for (const asked of [time, time + 1])
        expect(await this.store.offsetAt(this.log, asked)).toBe(offsetOfTime(marks, asked));
  }

  async close(): Promise<void> {
    await this.store.close();
    await removeDirectory(this.directory);
  }

  get tail(): number {
    return this.#pieces.at(-1)?.end ?? 0;
  }

  /** Known to within 250 ms or 64 KiB. */
  #expectTime(marks: readonly TimeMark[], { end, at: time, latest }: Piece): void {
    const found = marks.find((mark) => mark.end >= end)?.at ?? 0;
    const later = this.#pieces.find((piece) => piece.end >= end + 65_536) ?? this.#pieces.at(-1);
    expect(found).toBeGreaterThanOrEqual(time);
    expect(found).toBeLessThanOrEqual(Math.max(latest + 250, later?.latest ?? 0));
  }

  async #marks(bytesMax: number): Promise<readonly TimeMark[]> {
    const marks: TimeMark[] = [];
    for (let offset = START; offset < this.tail; ) {
      const page = await this.store.readTimed(this.log, offset, bytesMax);
      for (const mark of page.times) {
        if (marks.at(-1)?.at === mark.at) marks.pop();
        marks.push(mark);
      }
      page.release?.();
      offset = page.next;
    }
    return marks;
  }

  async #write(kind: 'append' | 'commit', bytes: number): Promise<void> {
    const { tail } = this;
    const chunks = [patternAt(tail, bytes)];
    if (kind === 'append') {
      const writer = this.#writer ?? (await this.#attach());
      await this.store.append(writer, at(tail), chunks);
    } else {
      await this.#release();
      await this.store.commit(this.log, { chunks }, AMPLE);
    }
    const last = this.#pieces.at(-1);
    const time = Math.max(this.#now, last?.at ?? 0);
    this.#pieces.push({ end: tail + bytes, at: time, latest: Math.max(time, last?.latest ?? 0) });
    this.#writtenAt = this.#now;
  }

  async #attach(): Promise<Writer> {
    this.#writer = await attach(this.store, this.log);
    return this.#writer;
  }

  async #release(): Promise<void> {
    if (this.#writer === undefined) return;
    const { epoch } = this.#writer;
    await this.store.change(this.log, { kind: 'release', epoch, state: 'interrupted' });
    this.#writer = undefined;
  }

  async #restart(): Promise<void> {
    await this.store.close();
    await this.#open();
  }

  /** What a `kill -9` leaves is what the kernel has at that moment: a copy, taken while the store is open. */
  async #crash(damage: Step['damage'], share: number): Promise<void> {
    const [before, left] = [this.directory, await makeDirectory()];
    await cp(before, left, { recursive: true, preserveTimestamps: true });
    await this.store.close();
    await removeDirectory(before);
    this.directory = left;
    const file = join(left, 'logs', this.log.generation.slice(-2), this.log.generation);
    // The kernel has another clock than the test.
    const seconds = (this.#writtenAt + 0.5) / 1_000;
    if (this.tail > 0) await utimes(`${file}.log`, seconds, seconds);
    if (existsSync(`${file}.times`)) await damageFile(`${file}.times`, damage, share);
    for (const piece of this.#pieces) {
      piece.latest = Math.max(piece.latest, this.#latest);
      piece.at = Math.min(piece.at, this.#writtenAt);
    }
    await this.#open();
  }

  async #open(): Promise<void> {
    this.#writer = undefined;
    this.store = await openFilesStore(this.directory);
  }
}

async function damageFile(path: string, damage: Step['damage'], share: number): Promise<void> {
  const content = await readFile(path);
  const from = Math.floor(share * content.length);
  if (damage === 'cut') await truncate(path, from);
  else if (damage === 'missing') await rm(path);
  else if (damage === 'longer') await writeFile(path, Buffer.concat([content, Buffer.alloc(from + 1, 7)]));
  else if (damage === 'overwritten')
    await writeFile(path, content.fill(0xab, from, Math.min(content.length, from + 40)));
}
