import { readFile, truncate, writeFile } from 'node:fs/promises';
import fc from 'fast-check';
import type { LogInfo, Writer } from '../../../src/core/log/log';
import { checkPosition, wireGeneration } from '../../../src/core/log/loss';
import { Layout } from '../../../src/storage/files/disk/layout';
import { at, attach, createLog } from '../../contract/logs';
import { withMachine } from './machine';
import { fileOf, infoOf, withStore } from './opened-store';
import { makeDirectory, removeDirectory } from './temporary-directory';

const startMachine = withMachine();

const anyStep = fc.record({
  kind: fc.constantFrom(...(['append', 'append', 'restart', 'reboot', 'power cut', 'power cut'] as const)),
  bytes: fc.integer({ min: 1, max: 50 }),
  lost: fc.nat(60),
  /** Which of the earlier marks is there after a power cut, as if its removal had not reached the disk. */
  mark: fc.option(fc.nat(3)),
});
type Step = typeof anyStep extends fc.Arbitrary<infer T> ? T : never;

describe('any sequence of appends, clean stops, reboots and power cuts', () => {
  it('a power cut hides no loss from a reader, and a clean stop reports none', () =>
    fc.assert(
      fc.asyncProperty(fc.array(anyStep, { minLength: 3, maxLength: 12 }), async (steps) => {
        const subject = await Subject.begin();
        try {
          for (const step of steps) await subject.take(step);
        } finally {
          await removeDirectory(subject.directory);
        }
      }),
      { numRuns: 20 },
    ));
});

/** What a power cut leaves of an append: the facts, and as much of the file as was synced. */
interface Appended {
  readonly facts: Buffer;
  readonly synced: number;
  readonly tail: number;
  /** What a reader has that has read it. */
  readonly seen: string;
}

/** A log that is closed between the steps. */
class Subject {
  readonly #layout: Layout;
  readonly #marks: string[] = [];
  #last: Appended | undefined;

  private constructor(
    readonly directory: string,
    private readonly writer: Writer,
  ) {
    this.#layout = new Layout(directory);
  }

  static async begin(): Promise<Subject> {
    const directory = await makeDirectory();
    return new Subject(directory, await withStore(directory, (store) => createLog(store)));
  }

  async take(step: Step): Promise<void> {
    const last = this.#last;
    this.#last = undefined;
    if (step.kind === 'append') this.#last = await this.#append(step.bytes);
    else if (step.kind === 'power cut' && last !== undefined) await this.#cutPower(last, step);
    else {
      const before = await this.#info();
      if (step.kind === 'reboot') startMachine();
      expect(checkPosition(await this.#info(), before.tail, wireGeneration(before)).kind).toBe('intact');
    }
    this.#marks.push(await readFile(this.#layout.cleanShutdown, 'latin1'));
  }

  #append(count: number): Promise<Appended> {
    return withStore(
      this.directory,
      async (store) => {
        const writer = await attach(store, this.writer.log);
        const before = await infoOf(store, writer.log.id);
        const tail = await store.append(writer, before.tail, [Buffer.alloc(count, 'x')]);
        const facts = await readFile(this.#layout.facts);
        return { facts, synced: before.tail, tail, seen: wireGeneration(before) };
      },
      { syncInterval: 600_000 },
    );
  }

  /** As if the process had been killed right after the append, and not closed the store. */
  async #cutPower({ facts, synced, tail, seen }: Appended, { lost, mark }: Step): Promise<void> {
    const left = Math.max(synced, tail - lost);
    await writeFile(this.#layout.facts, facts);
    if (tail > 0) await truncate(fileOf(this.directory, this.writer), left);
    // The last one is of the stop that did not take place.
    const earlier = mark === null ? undefined : this.#marks.at(-2 - mark);
    await writeFile(this.#layout.cleanShutdown, earlier ?? '');
    startMachine();
    const after = await this.#info();
    // Once the log has grown beyond the reader, only a loss that was recorded keeps it from going on.
    const grown = { ...after, tail: at(1_000_000) };
    if (after.tail < tail) expect(checkPosition(grown, at(tail), seen).kind).toBe('lost');
  }

  #info(): Promise<LogInfo> {
    return withStore(this.directory, (store, warnings) => {
      // What was not synced was cut off.
      warnings.splice(0);
      return infoOf(store, this.writer.log.id);
    });
  }
}
