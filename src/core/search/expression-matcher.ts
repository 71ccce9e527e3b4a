import { ThreadExhausted, type ThreadPool } from '../threads/thread-pool';
import type { ExpressionAnswer, ExpressionJob } from './expression-job';
import type { LineHit, LineMatcher, Place } from './line-matcher';
import { ExpressionInvalid, SearchTooCostly } from './search-errors';
import { nextSearchTurn } from './search-turn';

/** What has a meaning in an expression with the flag `v`. */
const SPECIAL = /[\\^$.*+?()[\]{}|/]/g;

/** An expression for a text as it is. */
export function escapeExpression(text: string): string {
  return text.replaceAll(SPECIAL, '\\$&');
}

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

  constructor(
    private readonly threads: ThreadPool<ExpressionJob, ExpressionAnswer>,
    private readonly options: ExpressionOptions,
  ) {
    this.#msLeft = options.timeoutMs;
  }

  /** Compiles it in its thread: that alone may take longer than a turn may. @throws ExpressionInvalid; as `hits` */
  async compile(signal: AbortSignal): Promise<void> {
    await this.#run(new Uint8Array(0), 0, signal);
  }

  async *hits(bytes: Buffer, signal: AbortSignal): AsyncGenerator<readonly LineHit[], void> {
    if (bytes.length === 0) return;
    await nextSearchTurn();
    // A copy: the bytes move to the thread.
    let block = new Uint8Array(bytes);
    for (let from = 0; from < bytes.length; ) {
      const report = await this.#run(block, from, signal);
      const hits = hitsOf(report.hits.numbers);
      if (hits.length > 0) yield hits;
      from = report.hits.next;
      block = report.block;
    }
  }

  placesIn(): readonly Place[] {
    return [];
  }

  renew(): void {
    this.#msLeft = this.options.timeoutMs;
  }

  async #run(block: Uint8Array<ArrayBuffer>, from: number, signal: AbortSignal) {
    const { source, ignoreCase } = this.options;
    const ms = this.#msLeft;
    if (ms <= 0) throw new SearchTooCostly('the expression takes too much time');
    const job = { source, ignoreCase, block, from };
    const report = await this.threads.run(job, { signal, ms, moved: [block.buffer] }).catch((error) => {
      throw error instanceof ThreadExhausted
        ? new SearchTooCostly(`the expression takes too much ${error.what}`)
        : error;
    });
    if (report.kind === 'invalid') throw new ExpressionInvalid(report.reason);
    if (report.kind === 'failed') throw new SearchTooCostly(`the expression cannot be run: ${report.reason}`);
    this.#msLeft -= report.ms;
    return report;
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
