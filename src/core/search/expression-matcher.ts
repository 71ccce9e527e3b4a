import { Literal } from '../lines/literal';
import { ThreadExhausted } from '../threads/thread-pool';
import type { CountedMatches, FileSpan, SkippedLines } from './file-job';
import type { LineHit, LineMatcher, Place } from './line-matcher';
import { linesOfPlaces } from './lines-of-places';
import { requiredLiteral } from './required-literal';
import { ExpressionInvalid, SearchTooCostly } from './search-errors';
import type { SearchJob, SearchThreads } from './search-job';
import { nextSearchTurn } from './search-turn';

/** What has a meaning in an expression with the flag `v`. */
const SPECIAL = /[\\^$.*+?()[\]{}|/]/g;

/** An expression for a text as it is. */
export function escapeExpression(text: string): string {
  return text.replaceAll(SPECIAL, '\\$&');
}

/** Of more lines that may match, all lines go to the thread. */
const CANDIDATES_MAX = 256;

interface ExpressionOptions {
  /** JavaScript's, with the flag `v`. */
  readonly source: string;
  readonly ignoreCase: boolean;
  /** The most time in a thread, until `renew`. */
  readonly timeoutMs: number;
}

/** Lines that match a regular expression, which runs in a thread of its own. */
export class ExpressionMatcher implements LineMatcher {
  #msLeft: number;
  /** What each line has that matches. */
  readonly #required: Literal | undefined;

  constructor(
    private readonly threads: SearchThreads,
    private readonly options: ExpressionOptions,
  ) {
    this.#msLeft = options.timeoutMs;
    const required = requiredLiteral(options.source, options.ignoreCase);
    this.#required =
      required === undefined ? undefined : new Literal(Buffer.from(required), options.ignoreCase);
  }

  /** Compiles it in its thread: that alone may take longer than a turn may. @throws ExpressionInvalid; as `hits` */
  async compile(signal: AbortSignal): Promise<void> {
    await this.#match(new Uint8Array(0), 0, signal);
  }

  async *hits(bytes: Buffer, signal: AbortSignal): AsyncGenerator<readonly LineHit[], void> {
    if (bytes.length === 0) return;
    await nextSearchTurn();
    const lines = this.#candidatesIn(bytes);
    if (lines === undefined) yield* this.#hitsIn(bytes, signal);
    else if (lines.length > 0) yield* this.#hitsAmong(bytes, lines, signal);
  }

  placesIn(): readonly Place[] {
    return [];
  }

  renew(): void {
    this.#msLeft = this.options.timeoutMs;
  }

  async skip(span: FileSpan, signal: AbortSignal): Promise<SkippedLines> {
    const { source: text, ignoreCase } = this.options;
    const answer = await this.#run({ kind: 'skip', text, isRegex: true, ignoreCase, ...span }, signal);
    return answer.kind === 'skipped' ? answer.skipped : { offset: span.from, newlines: 0, isFound: true };
  }

  async count(span: FileSpan, signal: AbortSignal): Promise<CountedMatches> {
    const { source: text, ignoreCase } = this.options;
    const answer = await this.#run({ kind: 'count', text, isRegex: true, ignoreCase, ...span }, signal);
    return answer.kind === 'counted'
      ? answer.counted
      : { offset: span.from, lines: 0, matches: 0, isStuck: true };
  }

  /** @returns the only lines that may match; `undefined` if they are many, or if that is not known */
  #candidatesIn(bytes: Buffer): readonly LineHit[] | undefined {
    const places = this.#required?.placesIn(bytes, CANDIDATES_MAX);
    return places === undefined || places.length === CANDIDATES_MAX
      ? undefined
      : linesOfPlaces(bytes, places);
  }

  /** Those of `lines` that match. They go to the thread without the lines between them. */
  async *#hitsAmong(
    bytes: Buffer,
    lines: readonly LineHit[],
    signal: AbortSignal,
  ): AsyncGenerator<readonly LineHit[], void> {
    const parts = lines.map(({ begin, end }) => bytes.subarray(begin, end + 1));
    const begins = new Map<number, number>();
    let packed = 0;
    for (const [index, { begin }] of lines.entries()) {
      begins.set(packed, begin);
      packed += parts[index]?.length ?? 0;
    }
    for await (const hits of this.#hitsIn(Buffer.concat(parts), signal))
      yield hits.map(({ begin, end, ...hit }) => {
        const moved = (begins.get(begin) ?? begin) - begin;
        return { ...hit, begin: begin + moved, end: end + moved };
      });
  }

  async *#hitsIn(bytes: Buffer, signal: AbortSignal): AsyncGenerator<readonly LineHit[], void> {
    // A copy: the bytes move to the thread.
    let block = new Uint8Array(bytes);
    for (let from = 0; from < bytes.length; ) {
      const report = await this.#match(block, from, signal);
      const hits = hitsOf(report.hits.numbers);
      if (hits.length > 0) yield hits;
      from = report.hits.next;
      block = report.block;
    }
  }

  async #match(block: Uint8Array<ArrayBuffer>, from: number, signal: AbortSignal) {
    const { source, ignoreCase } = this.options;
    const answer = await this.#run({ kind: 'match', source, ignoreCase, block, from }, signal, [
      block.buffer,
    ]);
    if (answer.kind !== 'done') throw new Error('a thread has answered something else');
    return answer;
  }

  async #run(job: SearchJob, signal: AbortSignal, moved: readonly ArrayBuffer[] = []) {
    const ms = this.#msLeft;
    if (ms <= 0) throw new SearchTooCostly('the expression takes too much time');
    const answer = await this.threads.run(job, { signal, ms, moved }).catch((error) => {
      throw error instanceof ThreadExhausted
        ? new SearchTooCostly(`the expression takes too much ${error.what}`)
        : error;
    });
    if (answer.kind === 'invalid') throw new ExpressionInvalid(answer.reason);
    if (answer.kind === 'failed') throw new SearchTooCostly(`the expression cannot be run: ${answer.reason}`);
    this.#msLeft -= answer.ms;
    return answer;
  }
}

function hitsOf(numbers: Int32Array): readonly LineHit[] {
  const hits: LineHit[] = [];
  const numberAt = (index: number): number => numbers[index] ?? 0;
  for (let at = 0; at < numbers.length; ) {
    const places: Place[] = [];
    const first = at + 3;
    const last = first + 2 * numberAt(at + 2);
    for (let place = first; place < last; place += 2) places.push([numberAt(place), numberAt(place + 1)]);
    hits.push({ begin: numberAt(at), end: numberAt(at + 1), places });
    at = last;
  }
  return hits;
}
