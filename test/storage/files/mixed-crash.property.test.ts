import { cp } from 'node:fs/promises';
import fc from 'fast-check';
import type { LogStore } from '../../../src/core/store/store';
import { createOpenLog, remove } from '../../contract/commits';
import { anyMixedStep, Mixed } from '../../contract/mixed-model';
import { openFilesStore } from '../../support/open-stores';
import { makeDirectory, removeDirectory } from './temporary-directory';

const anyEnd = fc.record({ kind: fc.constantFrom('crash' as const, 'restart' as const, 'remove' as const) });
const anyStep = fc.oneof({ weight: 6, arbitrary: anyMixedStep }, { weight: 1, arbitrary: anyEnd });
type Step = typeof anyStep extends fc.Arbitrary<infer T> ? T : never;

const LOGS_MAX = 6;

describe('any interleaving of commits, retries, appends, forks, removals, restarts and crashes', () => {
  it('the store has exactly what was acknowledged, and the state of every producer', () =>
    fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(fc.nat(100), anyStep), { minLength: 5, maxLength: 40 }),
        async (steps) => {
          const subject = await Subject.open();
          try {
            for (const [index, step] of steps) await subject.take(index, step);
            await subject.check();
            await subject.removeAll();
          } finally {
            await subject.close();
          }
        },
      ),
      { numRuns: 25 },
    ));
});

class Subject {
  #logs: Mixed[] = [];

  private constructor(
    private directory: string,
    public store: LogStore,
  ) {}

  static async open(): Promise<Subject> {
    const directory = await makeDirectory();
    return new Subject(directory, await openStore(directory));
  }

  async take(index: number, step: Step): Promise<void> {
    if (this.#logs.length === 0)
      this.#logs.push(new Mixed(this, await createOpenLog(this.store), Buffer.alloc(0)));
    const log = this.#logs[index % this.#logs.length];
    if (log === undefined) return;
    switch (step.kind) {
      case 'crash':
        return this.#crash();
      case 'restart':
        return this.#restart();
      case 'remove':
        await remove(this.store, log.log);
        this.#logs = this.#logs.filter((other) => other !== log);
        return;
      case 'fork':
        if (this.#logs.length === LOGS_MAX) return;
    }
    const fork = await log.take(step);
    if (fork !== undefined) this.#logs.push(new Mixed(this, fork, log.upTo(fork.tail)));
  }

  async check(): Promise<void> {
    for (const log of this.#logs) await log.check();
    const { logs } = await this.store.list({ limit: 20 });
    expect(logs.map(({ id }) => id).sort()).toEqual(this.#logs.map(({ log }) => log.id).sort());
  }

  /** With the last fork every id is free, whatever was removed before. */
  async removeAll(): Promise<void> {
    for (const { log } of this.#logs) await remove(this.store, log);
    for (const { log } of this.#logs) expect(await this.store.info(log.id)).toBeUndefined();
  }

  async close(): Promise<void> {
    await this.store.close();
    await removeDirectory(this.directory);
  }

  async #restart(): Promise<void> {
    await this.store.close();
    await this.#reopen();
  }

  /** What a `kill -9` leaves is what the kernel has at that moment: a copy, taken while the store is open. */
  async #crash(): Promise<void> {
    const [before, left] = [this.directory, await makeDirectory()];
    await cp(before, left, { recursive: true });
    await this.store.close();
    await removeDirectory(before);
    this.directory = left;
    await this.#reopen();
  }

  async #reopen(): Promise<void> {
    this.store = await openStore(this.directory);
    for (const log of this.#logs) log.reopened();
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
