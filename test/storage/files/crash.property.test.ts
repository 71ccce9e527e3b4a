import { cp } from 'node:fs/promises';
import fc from 'fast-check';
import { type LogInfo, type LogState, writerOf } from '../../../src/core/log/log';
import { type LogId, parseLogId } from '../../../src/core/log/log-id';
import type { LogStore } from '../../../src/core/store/store';
import { at, expectCode, readAll } from '../../contract/logs';
import { openFilesStore } from '../../support/open-stores';
import { patternAt } from './pattern';
import { makeDirectory, removeDirectory } from './temporary-directory';

interface Expected {
  info: LogInfo;
  tail: number;
  state: LogState;
  epoch: number;
}

const IDS = ['a', 'b', 'c'].map(parseLogId);
const INIT = { contentType: 'text/plain', graceMs: 600_000 };

const step = fc.record({
  id: fc.constantFrom(...IDS),
  kind: fc.constantFrom(
    ...([
      'append',
      'append',
      'append',
      'replace',
      'attach',
      'release',
      'seal',
      'remove',
      'crash',
      'restart',
    ] as const),
  ),
  bytes: fc.integer({ min: 1, max: 20_000 }),
  back: fc.nat(5_000),
});
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

describe('any interleaving of appends, retries, changes, restarts and crashes', () => {
  it('the store has exactly the acknowledged bytes, in the acknowledged state', () =>
    fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 40 }), async (steps) => {
        const subject = await Subject.open();
        try {
          for (const each of steps) await subject.take(each);
          await subject.check();
        } finally {
          await subject.close();
        }
      }),
      { numRuns: 25 },
    ));
});

/** A store beside a model of it that is a few numbers: what a log holds follows from its tail. */
class Subject {
  readonly #expected = new Map<LogId, Expected>();

  private constructor(
    private directory: string,
    private store: LogStore,
  ) {}

  static async open(): Promise<Subject> {
    const directory = await makeDirectory();
    return new Subject(directory, await openStore(directory));
  }

  async take({ id, kind, bytes, back }: Step): Promise<void> {
    const log = this.#expected.get(id);
    if (kind === 'crash') await this.#crash();
    else if (kind === 'restart') await this.#restart();
    else if (kind === 'replace' || log === undefined) await this.#create(id);
    else if (kind === 'append') await this.#append(log, bytes, back);
    else if (kind === 'remove') {
      await this.store.change(log.info, { kind: 'remove', outcome: { kind: 'deleted' } });
      this.#expected.delete(id);
    } else if (log.state === 'closed') {
      await expectCode(this.store.change(log.info, { kind: 'attach', graceMs: 1 }), 'LOG_SEALED');
    } else await this.#change(log, kind);
  }

  async check(): Promise<void> {
    const { logs } = await this.store.list({ limit: 10 });
    // By generation, because two logs may be created in one millisecond.
    const newestFirst = [...this.#expected.values()].sort((a, b) =>
      a.info.generation < b.info.generation ? 1 : -1,
    );
    expect(logs.map(({ generation }) => generation)).toEqual(newestFirst.map(({ info }) => info.generation));
    for (const [index, { info, tail, state, epoch }] of newestFirst.entries()) {
      expect(logs[index]).toMatchObject({ id: info.id, tail, state, epoch });
      const content = await readAll(this.store, info);
      expect(content.bytes.equals(patternAt(0, tail))).toBe(true);
      expect(content.end).toEqual(state === 'closed' ? { kind: 'complete' } : undefined);
    }
  }

  async close(): Promise<void> {
    await this.store.close();
    await removeDirectory(this.directory);
  }

  async #create(id: LogId): Promise<void> {
    const { info } = await this.store.create(id, INIT, 'replace');
    this.#expected.set(id, { info, tail: 0, state: 'open', epoch: 1 });
  }

  async #append(log: Expected, bytes: number, back: number): Promise<void> {
    const from = Math.max(0, log.tail - back);
    const append = this.store.append({ log: log.info, epoch: log.epoch }, at(from), [
      patternAt(from, bytes),
      patternAt(from + bytes, 10),
    ]);
    const end = from + bytes + 10;
    if (log.state === 'closed' && end > log.tail) return expectCode(append, 'LOG_SEALED');
    log.tail = Math.max(log.tail, end);
    expect(await append).toBe(log.tail);
  }

  async #change(log: Expected, kind: 'attach' | 'release' | 'seal'): Promise<void> {
    const { epoch } = log;
    if (kind === 'attach') {
      const info = await this.store.change(log.info, { kind, graceMs: 600_000 });
      log.epoch = writerOf(info).epoch;
      log.state = 'open';
    } else if (kind === 'release') {
      await this.store.change(log.info, { kind, epoch, state: 'interrupted' });
      log.state = 'interrupted';
    } else {
      await this.store.change(log.info, { kind, epoch, outcome: { kind: 'complete' } });
      log.state = 'closed';
    }
  }

  async #restart(): Promise<void> {
    await this.check();
    await this.store.close();
    this.store = await openStore(this.directory);
    this.#interrupted();
  }

  /** What a `kill -9` leaves is what the kernel has at that moment: a copy, taken while the store is open. */
  async #crash(): Promise<void> {
    const [before, left] = [this.directory, await makeDirectory()];
    await cp(before, left, { recursive: true });
    await this.store.close();
    await removeDirectory(before);
    this.directory = left;
    this.store = await openStore(left);
    this.#interrupted();
  }

  #interrupted(): void {
    for (const log of this.#expected.values()) {
      if (log.state === 'closed') continue;
      log.state = 'interrupted';
      log.epoch += 1;
    }
  }
}

function openStore(directory: string): Promise<LogStore> {
  return openFilesStore(directory, {
    openFiles: 2,
    warn: (message) => {
      throw new Error(message);
    },
  });
}
