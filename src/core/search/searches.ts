import { Semaphore } from '../scheduling/semaphore';
import { ThreadPool } from '../threads/thread-pool';
import { ExpressionMatcher, escapeExpression } from './expression-matcher';
import { InvertedMatcher } from './inverted-matcher';
import type { LineMatcher } from './line-matcher';
import { LiteralMatcher } from './literal-matcher';
import type { SearchAnswer, SearchJob } from './search-job';

/** How many pages all searches read at once. More would keep appends from the disk or from Redis. */
const READS_AT_ONCE = 2;

interface SearchesOptions {
  /** How many searches scan stored bytes at once, and how many threads there are. */
  readonly concurrency: number;
  /** How long the expression of one search may run, in milliseconds. */
  readonly timeout: number;
}

/** What lines a search is about. */
export interface LineQuery {
  readonly text: string;
  /** The text is a regular expression. */
  readonly isRegex?: boolean;
  readonly ignoreCase?: boolean;
  /** The lines that do not match. */
  readonly isInverted?: boolean;
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: ASCII has control characters.
const ASCII = /^[\x00-\x7f]*$/;

/** The searches of this process. */
export class Searches {
  readonly #threads: ThreadPool<SearchJob, SearchAnswer>;
  readonly #reads = new Semaphore(READS_AT_ONCE);
  #free: number;

  constructor(private readonly options: SearchesOptions) {
    this.#threads = new ThreadPool({
      entry: require.resolve('./search-thread'),
      threadsMax: options.concurrency,
    });
    this.#free = options.concurrency;
  }

  /**
   * Takes one of the places for searches that scan stored bytes. A search that only waits for live lines needs none.
   * @returns gives the place back, and does nothing when it is called again; `undefined` if there is no place
   */
  enter(): (() => void) | undefined {
    if (this.#free === 0) return undefined;
    this.#free -= 1;
    let isBack = false;
    return () => {
      if (!isBack) this.#free += 1;
      isBack = true;
    };
  }

  /** Runs each read of a search, when it is due. */
  readonly limitRead = <T>(read: () => Promise<T>): Promise<T> => this.#reads.run(read);

  /** @throws ExpressionInvalid, SearchTooCostly; the signal's reason; RangeError as `Literal` */
  async matcherOf(query: LineQuery, signal: AbortSignal): Promise<LineMatcher> {
    const matcher = await this.#uninverted(query, signal);
    return query.isInverted ? new InvertedMatcher(matcher) : matcher;
  }

  /** Ends all threads. */
  close(): Promise<void> {
    return this.#threads.close();
  }

  async #uninverted(
    { text, isRegex = false, ignoreCase = false }: LineQuery,
    signal: AbortSignal,
  ): Promise<LineMatcher> {
    if (!isRegex && (!ignoreCase || ASCII.test(text)))
      return new LiteralMatcher(text, ignoreCase, this.#threads);
    const source = isRegex ? text : escapeExpression(text);
    const matcher = new ExpressionMatcher(this.#threads, {
      source,
      ignoreCase,
      timeoutMs: this.options.timeout,
    });
    await matcher.compile(signal);
    return matcher;
  }
}
