import fc from 'fast-check';
import { type JsonValue, mergePatch } from '../../src/core/json/json';
import { isLogError, type LogErrorCode } from '../../src/core/log/errors';
import { type LogState, type SealOutcome, type Writer, writerOf } from '../../src/core/log/log';
import type { Change } from '../../src/core/store/change';
import type { LogStore } from '../../src/core/store/store';
import { at, infoOf, readAll } from './logs';

/** One operation on a log. `stale`: as the writer before the last. */
export type Step =
  | { readonly kind: 'append'; readonly from: number; readonly bytes: Uint8Array; readonly stale: boolean }
  | { readonly kind: 'attach' }
  | { readonly kind: 'release'; readonly state: 'open' | 'interrupted'; readonly stale: boolean }
  | { readonly kind: 'annotate'; readonly patch: JsonValue; readonly stale: boolean }
  | { readonly kind: 'seal'; readonly outcome: SealOutcome; readonly stale: boolean }
  | { readonly kind: 'read'; readonly from: number; readonly bytesMax: number };

const isStale = fc.integer({ min: 0, max: 5 }).map((n) => n === 5);
const anyOutcome = fc.constantFrom<SealOutcome>(
  { kind: 'complete' },
  { kind: 'aborted', reason: 'a' },
  { kind: 'aborted', reason: 'b' },
);
const anyPatch = fc.jsonValue({ maxDepth: 2 }).map((value): JsonValue => JSON.parse(JSON.stringify(value)));
/** Relative to the tail: mostly there, sometimes before it (a retry), seldom beyond (a gap). */
const anyPlace = fc.oneof(
  { weight: 6, arbitrary: fc.constant(0) },
  { weight: 3, arbitrary: fc.integer({ min: -60, max: -1 }) },
  { weight: 1, arbitrary: fc.integer({ min: 1, max: 20 }) },
);

export const anyStep: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 10,
    arbitrary: fc.record({
      kind: fc.constant('append' as const),
      from: anyPlace,
      bytes: fc.uint8Array({ maxLength: 80 }),
      stale: isStale,
    }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('attach' as const) }) },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('release' as const),
      state: fc.constantFrom('open' as const, 'interrupted' as const),
      stale: isStale,
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ kind: fc.constant('annotate' as const), patch: anyPatch, stale: isStale }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant('seal' as const), outcome: anyOutcome, stale: isStale }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant('read' as const),
      from: fc.nat(2_000),
      bytesMax: fc.integer({ min: 1, max: 500 }),
    }),
  },
);

/** A log of a store, and beside it what it must look like: a buffer and a few flags. */
export class Modelled {
  #content = Buffer.alloc(0);
  #state: LogState = 'open';
  #outcome: SealOutcome | undefined;
  #metadata: JsonValue | undefined;
  #isAttached = true;
  #staleWriter: Writer | undefined;

  constructor(
    private readonly store: LogStore,
    private writer: Writer,
  ) {}

  async take(step: Step): Promise<void> {
    // The contract does not say what a released writer may do. A stale one is fenced in any case.
    const isWriters = step.kind !== 'read' && step.kind !== 'attach';
    if (isWriters && (step.stale ? this.#staleWriter === undefined : !this.#isAttached && !this.#outcome))
      return;
    switch (step.kind) {
      case 'append':
        return this.#append(step);
      case 'attach':
        return this.#attach();
      case 'release':
      case 'annotate':
      case 'seal':
        return this.#changeAsWriter(step);
      case 'read':
        return this.#read(step);
    }
  }

  /** Compares all that the store says of the log with the model. */
  async check(): Promise<void> {
    const { log, epoch } = this.writer;
    const content = await readAll(this.store, log);
    expect(content.bytes.equals(this.#content)).toBe(true);
    expect(content.end).toEqual(this.#outcome);
    const info = await infoOf(this.store, log.id);
    expect(info).toMatchObject({ ...log, epoch, state: this.#state, tail: this.#content.length });
    expect(info.outcome).toEqual(this.#outcome);
    expect(JSON.stringify(sorted(info.metadata))).toBe(JSON.stringify(sorted(this.#metadata)));
  }

  async #append({ from, bytes, stale }: Extract<Step, { kind: 'append' }>): Promise<void> {
    const tail = this.#content.length;
    const offset = Math.max(0, tail + from);
    // A retry repeats what is there; the rest of it is new.
    const again = this.#content.subarray(offset, offset + bytes.length);
    const piece = Buffer.concat([again, bytes.subarray(again.length)]);
    const end = offset + piece.length;
    const refusals = this.#refusals(stale);
    if (offset > tail) refusals.push('LOG_GAP');
    if (this.#outcome !== undefined && end > tail) refusals.push('LOG_SEALED');
    if (offset > tail && piece.length === 0) return; // The contract does not say whether an empty append may be beyond the tail.
    const half = piece.length >> 1;
    const chunks = [piece.subarray(0, half), piece.subarray(half)];
    const committed = await this.#expect(refusals, this.store.append(this.#as(stale), at(offset), chunks));
    if (committed === undefined) return;
    expect(committed).toBe(Math.max(tail, end));
    this.#content = Buffer.concat([this.#content, piece.subarray(tail - offset)]);
  }

  async #attach(): Promise<void> {
    const refusals: LogErrorCode[] = this.#outcome === undefined ? [] : ['LOG_SEALED'];
    const info = await this.#expect(
      refusals,
      this.store.change(this.writer.log, { kind: 'attach', graceMs: 60_000 }),
    );
    if (info === undefined) return;
    expect(info.epoch).toBeGreaterThan(this.writer.epoch);
    this.#staleWriter = this.writer;
    this.writer = writerOf(info);
    this.#isAttached = true;
    this.#state = 'open';
  }

  async #changeAsWriter(step: Extract<Step, { kind: 'release' | 'annotate' | 'seal' }>): Promise<void> {
    const { stale, ...rest } = step;
    const writer = this.#as(stale);
    const change: Change = { ...rest, epoch: writer.epoch };
    const refusals = this.#refusals(stale);
    const isRepeated = step.kind === 'seal' && JSON.stringify(step.outcome) === JSON.stringify(this.#outcome);
    // A fenced writer that repeats a seal may get its result or `LOG_FENCED`.
    if (stale && isRepeated) return;
    if (this.#outcome !== undefined && !isRepeated) refusals.push('LOG_SEALED');
    const info = await this.#expect(refusals, this.store.change(writer.log, change));
    if (info === undefined) return;
    if (step.kind === 'release') {
      this.#state = step.state;
      this.#isAttached = false;
    } else if (step.kind === 'annotate') {
      this.#metadata = mergePatch(this.#metadata, step.patch);
    } else {
      this.#state = 'closed';
      this.#outcome = step.outcome;
    }
  }

  async #read({ from, bytesMax }: Extract<Step, { kind: 'read' }>): Promise<void> {
    const { log } = this.writer;
    const tail = this.#content.length;
    if (from > tail + 50) return this.#read({ kind: 'read', from: from % (tail + 50), bytesMax });
    if (from > tail) {
      await expect(this.store.read(log, at(from), bytesMax)).rejects.toBeInstanceOf(RangeError);
      return;
    }
    const page = await this.store.read(log, at(from), bytesMax);
    expect(Buffer.concat(page.chunks).equals(this.#content.subarray(from, page.next))).toBe(true);
    if (from < tail) expect(page.next).toBeGreaterThan(from);
    expect(page.end).toEqual(page.next === tail ? this.#outcome : undefined);
  }

  #as(stale: boolean): Writer {
    return stale && this.#staleWriter !== undefined ? this.#staleWriter : this.writer;
  }

  #refusals(stale: boolean): LogErrorCode[] {
    return stale ? ['LOG_FENCED'] : [];
  }

  /** Where several reasons hold, the store may name any; where none does, it must not refuse. */
  async #expect<Result>(
    refusals: readonly LogErrorCode[],
    doing: Promise<Result>,
  ): Promise<Result | undefined> {
    if (refusals.length === 0) return doing;
    const refusal: unknown = await doing.then(
      () => new Error('it was not refused'),
      (error) => error,
    );
    if (!isLogError(refusal)) throw refusal;
    expect(refusals).toContain(refusal.code);
    return undefined;
  }
}

/** The same value with the members of every object in order, as JSON does not define one. */
function sorted(value: JsonValue | undefined): JsonValue | undefined {
  if (value === undefined || value === null || typeof value !== 'object') return value;
  if (Array.isArray(value)) return value.map((item) => sorted(item) ?? null);
  const entries = Object.entries(value).map(([key, item]) => [key, sorted(item) ?? null] as const);
  return Object.fromEntries(entries.toSorted(([a], [b]) => (a < b ? -1 : 1)));
}
