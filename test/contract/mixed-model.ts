import fc from 'fast-check';
import { isLogError, type LogErrorCode } from '../../src/core/log/errors';
import {
  type Commit,
  type LogInfo,
  type LogState,
  type SealOutcome,
  type Writer,
  writerOf,
} from '../../src/core/log/log';
import type { LogStore } from '../../src/core/store/store';
import { AMPLE, createOpenLog } from './commits';
import { at, infoOf, readAll } from './logs';

/** A commit in terms of what the log has: of which producer, and how far from the number that is next. */
interface AnyCommit {
  readonly by: 'nobody' | 'p' | 'q';
  readonly epochs: number;
  readonly ahead: number;
  readonly sequence: string | undefined;
  readonly bytes: Uint8Array;
  readonly seals: boolean;
}

/** One operation on a log with several writers. The commits of one step are sent without waiting. */
export type MixedStep =
  | { readonly kind: 'commits'; readonly commits: readonly AnyCommit[] }
  | { readonly kind: 'attach' | 'release' | 'touch' }
  | { readonly kind: 'append'; readonly back: number; readonly bytes: Uint8Array }
  | { readonly kind: 'fork'; readonly place: number };

const anyCommit: fc.Arbitrary<AnyCommit> = fc.record({
  by: fc.constantFrom('nobody', 'p', 'p', 'q'),
  epochs: fc.constantFrom(0, 0, 0, 0, 0, 1, -1),
  ahead: fc.constantFrom(0, 0, 0, 0, -1, -2, 1),
  sequence: fc.option(fc.string({ unit: 'binary', maxLength: 2 }), { nil: undefined, freq: 3 }),
  bytes: fc.uint8Array({ minLength: 1, maxLength: 60 }),
  seals: fc.integer({ min: 0, max: 40 }).map((n) => n === 40),
});

export const anyMixedStep: fc.Arbitrary<MixedStep> = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({
      kind: fc.constant('commits' as const),
      commits: fc.array(anyCommit, { minLength: 1, maxLength: 6 }),
    }),
  },
  { weight: 3, arbitrary: fc.record({ kind: fc.constantFrom('attach', 'release', 'release', 'touch') }) },
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant('append' as const),
      back: fc.nat(30),
      bytes: fc.uint8Array({ minLength: 1, maxLength: 60 }),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant('fork' as const), place: fc.integer({ min: 0, max: 1_000 }) }),
  },
);

type Expected = { readonly refusals: readonly LogErrorCode[] } | { readonly how: 'stored' | 'duplicate' };

/** A log of a store, and beside it what it must hold. */
export class Mixed {
  #content: Buffer;
  #writer: Writer | undefined;
  #outcome: SealOutcome | undefined;
  #sealedBy: string | undefined;
  #hadWriter = false;
  #isInterrupted = false;
  #sequence: string | undefined;
  readonly #producers = new Map<string, { epoch: number; sequence: number }>();

  constructor(
    private readonly subject: { readonly store: LogStore },
    readonly log: LogInfo,
    content: Buffer,
  ) {
    this.#content = content;
  }

  get length(): number {
    return this.#content.length;
  }

  /** A fork of the log, where the step was to make one. */
  async take(step: MixedStep): Promise<LogInfo | undefined> {
    switch (step.kind) {
      case 'commits':
        await this.#commitAll(step.commits);
        break;
      case 'attach':
        await this.#attach();
        break;
      case 'release':
        await this.#release();
        break;
      case 'touch':
        await this.subject.store.change(this.log, { kind: 'touch' });
        break;
      case 'append':
        await this.#append(step.back, step.bytes);
        break;
      case 'fork':
        return this.#fork(step.place);
    }
    return undefined;
  }

  /** The bytes that a fork begins with. */
  upTo(offset: number): Buffer {
    return this.#content.subarray(0, offset);
  }

  /** The store was opened anew, as another process does. */
  reopened(): void {
    this.#writer = undefined;
    this.#isInterrupted = this.#hadWriter;
  }

  async check(): Promise<void> {
    const { bytes, end } = await readAll(this.subject.store, this.log);
    expect(bytes.equals(this.#content)).toBe(true);
    expect(end).toEqual(this.#outcome);
    expect(await infoOf(this.subject.store, this.log.id)).toMatchObject({
      tail: this.#content.length,
      state: this.#state(),
    });
  }

  #state(): LogState {
    if (this.#outcome !== undefined) return 'closed';
    return this.#isInterrupted ? 'interrupted' : 'open';
  }

  async #commitAll(commits: readonly AnyCommit[]): Promise<void> {
    const sent = commits.map((any) => {
      const commit = this.#commitOf(any);
      // Judged in the order of the calls, as the store must.
      return { commit, expected: this.#judge(commit), tail: this.#content.length, doing: this.#send(commit) };
    });
    for (const { commit, expected, tail, doing } of sent) {
      const result = await doing;
      if ('refusals' in expected) {
        if (!isLogError(result)) throw new Error(`not refused with ${expected.refusals}: ${result}`);
        expect(expected.refusals).toContain(result.code);
      } else {
        expect(result).toMatchObject({ how: expected.how, tail });
        if (commit.producer !== undefined) expect(result).toHaveProperty('producer.sequence');
      }
    }
  }

  /** What a commit resolves with, or how it was refused. */
  #send(commit: Commit): Promise<unknown> {
    return this.subject.store.commit(this.log, commit, AMPLE).catch((error) => error);
  }

  #commitOf({ by, epochs, ahead, sequence, bytes, seals }: AnyCommit): Commit {
    const state = this.#producers.get(by);
    const epoch = Math.max(0, (state?.epoch ?? 0) + epochs);
    const next = epochs > 0 ? 0 : (state?.sequence ?? -1) + 1;
    return {
      chunks: [Buffer.from(bytes)],
      ...(by !== 'nobody' && { producer: { id: by, epoch, sequence: Math.max(0, next + ahead) } }),
      ...(sequence !== undefined && { sequence }),
      ...(seals && { seal: { kind: 'complete' as const } }),
    };
  }

  /** The rules once more, as plainly as they can be said; what is stored counts at once. */
  #judge(commit: Commit): Expected {
    const { chunks, producer, sequence, seal } = commit;
    if (this.#outcome !== undefined) {
      const isSame = producer !== undefined && JSON.stringify(producer) === this.#sealedBy;
      return isSame ? { how: 'duplicate' } : { refusals: ['LOG_SEALED'] };
    }
    if (this.#writer !== undefined) return { refusals: ['LOG_BUSY'] };
    if (producer !== undefined) {
      const state = this.#producers.get(producer.id);
      if (state === undefined && producer.sequence > 0) return { refusals: ['PRODUCER_GAP'] };
      if (state !== undefined && producer.epoch < state.epoch) return { refusals: ['PRODUCER_STALE'] };
      if (state !== undefined && producer.epoch > state.epoch && producer.sequence > 0)
        return { refusals: ['PRODUCER_EPOCH_SKIPPED'] };
      if (state?.epoch === producer.epoch) {
        if (producer.sequence <= state.sequence) return { how: 'duplicate' };
        if (producer.sequence > state.sequence + 1) return { refusals: ['PRODUCER_GAP'] };
      }
    }
    if (sequence !== undefined && this.#sequence !== undefined) {
      if (Buffer.from(sequence).compare(Buffer.from(this.#sequence)) <= 0)
        return { refusals: ['SEQUENCE_REGRESSED'] };
    }
    this.#content = Buffer.concat([this.#content, ...chunks]);
    if (producer !== undefined) this.#producers.set(producer.id, producer);
    if (sequence !== undefined) this.#sequence = sequence;
    this.#outcome = seal;
    if (seal !== undefined && producer !== undefined) this.#sealedBy = JSON.stringify(producer);
    return { how: 'stored' };
  }

  async #attach(): Promise<void> {
    if (this.#outcome !== undefined) return;
    this.#writer = writerOf(await this.subject.store.change(this.log, { kind: 'attach', graceMs: 600_000 }));
    this.#hadWriter = true;
    this.#isInterrupted = false;
  }

  async #release(): Promise<void> {
    if (this.#writer === undefined) return;
    const { epoch } = this.#writer;
    await this.subject.store.change(this.log, { kind: 'release', epoch, state: 'open' });
    this.#writer = undefined;
  }

  async #append(back: number, bytes: Uint8Array): Promise<void> {
    if (this.#writer === undefined) return;
    const from = Math.max(0, this.#content.length - back);
    const fresh = Buffer.from(bytes);
    const piece = Buffer.concat([this.#content.subarray(from), fresh]);
    this.#content = Buffer.concat([this.#content, fresh]);
    expect(await this.subject.store.append(this.#writer, at(from), [piece])).toBe(this.#content.length);
  }

  async #fork(place: number): Promise<LogInfo> {
    const source = this.log;
    const offset = at(Math.floor((place * this.#content.length) / 1_000));
    return createOpenLog(this.subject.store, { fork: { source, at: offset } });
  }
}
