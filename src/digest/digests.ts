import { LRUCache } from 'lru-cache';
import type { LogLines } from '../core/lines/log-lines';
import type { LogInfo } from '../core/log/log';
import { wireGeneration } from '../core/log/loss';
import { advance, type Offset } from '../core/log/offset';
import type { Searches } from '../core/search/searches';
import type { LogStore } from '../core/store/store';
import { MARKER_PATTERN } from '../markers/markers-of';
import { DigestScan } from './digest-scan';
import { errorExpression } from './error-expression';
import { lastLineTexts } from './last-line-texts';
import type { DigestLine, LogDigest, Silence } from './log-digest';
import type { SilenceBefore } from './silences';

interface DigestsOptions {
  readonly store: LogStore;
  readonly lines: LogLines;
  readonly searches: Pick<Searches, 'matcherOf' | 'limitRead'>;
  /** Regular expressions of lines that report an error. */
  readonly patterns: readonly string[];
  /** How many bytes all digests in memory may take. */
  readonly cacheBytes: number;
}

/** The digests of the logs of a store. Those of closed logs are kept, by generation and number of the last loss, unless an expression ran out of time. */
export class Digests {
  readonly #kept: LRUCache<string, LogDigest>;
  readonly #errorExpression: string;

  constructor(private readonly options: DigestsOptions) {
    this.#kept = new LRUCache({ maxSize: options.cacheBytes, sizeCalculation: sizeOfDigest });
    this.#errorExpression = errorExpression(options.patterns);
  }

  /** The digest of a closed log, if it is in memory. */
  known(info: LogInfo): LogDigest | undefined {
    return info.state === 'closed' ? this.#kept.get(wireGeneration(info)) : undefined;
  }

  /**
   * Reads the log once, up to its tail. The caller has a place among the searches.
   * @param now in Unix milliseconds, for a log that is not closed
   * @throws as `LogLines`; SearchTooCostly if not even compiling the expressions fits into their time
   */
  async read(info: LogInfo, now: number, signal: AbortSignal): Promise<LogDigest> {
    const { store, lines, searches } = this.options;
    const { lines: count } = await lines.count(info, signal);
    const scan = new DigestScan(
      { store, info, limitRead: searches.limitRead },
      await searches.matcherOf({ text: this.#errorExpression, isRegex: true }, signal),
      await searches.matcherOf({ text: MARKER_PATTERN, isRegex: true }, signal),
    );
    await scan.run(signal);
    await scan.runAtEnd((offset) => this.#lineFrom(info, offset, signal), signal);
    const endedAt = info.state === 'closed' ? info.updatedAt : now;
    const silences = scan.silences.end(endedAt);
    const digest: LogDigest = {
      lines: count,
      errorCount: scan.errors.count,
      firstErrors: scan.errors.first,
      lastErrors: scan.errors.last,
      silences: await Promise.all(silences.map((silence) => this.#placed(info, silence, signal))),
      folds: scan.folds.end(endedAt),
      lastLines: await lastLineTexts({ store, lines }, info, count, signal),
      isPartial: !scan.isComplete,
    };
    if (info.state === 'closed' && !scan.ranOutOfTime) this.#kept.set(wireGeneration(info), digest);
    return digest;
  }

  async #placed(info: LogInfo, { ms, at, offset }: SilenceBefore, signal: AbortSignal): Promise<Silence> {
    if (offset === undefined || offset >= info.tail) return { ms, at };
    return { ms, at, line: await this.options.lines.lineAt(info, offset, signal) };
  }

  /** The first line that begins behind `offset`, or there. */
  async #lineFrom(info: LogInfo, offset: Offset, signal: AbortSignal) {
    const { lines } = this.options;
    if (offset >= info.tail) return undefined;
    // The line that has the byte before does not begin behind it; at 0 there is none.
    const line = offset === 0 ? 1 : 1 + (await lines.lineAt(info, advance(offset, -1), signal));
    const begin = await lines.offsetOfLine(info, line, signal);
    return begin === undefined ? undefined : { line, offset: begin };
  }
}

/** In memory, about: two bytes per character, and some for each object. */
function sizeOfDigest({ firstErrors, lastErrors, lastLines, folds, silences }: LogDigest): number {
  const ofLine = ({ text }: DigestLine): number => 100 + 2 * text.length;
  const ofTexts = (texts: readonly string[]): number =>
    texts.reduce((sum, { length }) => sum + 20 + 2 * length, 0);
  const sizes = [
    ...[...firstErrors, ...lastErrors].map((one) => ofLine(one) + ofTexts(one.before) + ofTexts(one.after)),
    ...lastLines.map(ofLine),
    ...folds.map(({ title }) => 100 + 2 * title.length),
    100 * silences.length,
  ];
  return sizes.reduce((sum, size) => sum + size, 500);
}
