import { messageOf } from '../log/errors';
import type { ThreadPool } from '../threads/thread-pool';
import { threadTime } from '../threads/thread-time';
import { countMatches } from './count-matches';
import type { ExpressionAnswer, ExpressionJob } from './expression-job';
import type { CountedMatches, FileJob, SkippedLines } from './file-job';
import { LineExpression } from './line-expression';
import { type LineFinder, lineFinder } from './line-finder';
import { skipLines } from './skip-lines';

/** What the threads of searches do. */
export type SearchJob =
  | ({ readonly kind: 'match' } & ExpressionJob)
  | ({ readonly kind: 'skip' | 'count' } & FileJob);

/** What has become of such a job. */
export type SearchAnswer =
  | ExpressionAnswer
  | { readonly kind: 'skipped'; readonly skipped: SkippedLines; readonly ms: number }
  | { readonly kind: 'counted'; readonly counted: CountedMatches; readonly ms: number };

/** The threads that run them. */
export type SearchThreads = Pick<ThreadPool<SearchJob, SearchAnswer>, 'run'>;

/** What was compiled last: a search has many jobs. */
class Compiled<T> {
  #key = '';
  #value: T | undefined;

  of(key: string, compile: () => T): T {
    if (this.#value === undefined || this.#key !== key) this.#value = compile();
    this.#key = key;
    return this.#value;
  }
}

const expressions = new Compiled<LineExpression>();
const finders = new Compiled<LineFinder>();

/** Runs a job in the present thread. */
export function runSearchJob(job: SearchJob): SearchAnswer {
  // A thread waits for the processor while others need it.
  const began = threadTime();
  try {
    const answer = job.kind === 'match' ? match(job) : readFile(job);
    return { ...answer, ms: threadTime() - began };
  } catch (error) {
    const kind = error instanceof SyntaxError ? 'invalid' : 'failed';
    return { kind, reason: messageOf(error) };
  }
}

/** What of an answer moves to another thread without a copy. */
export function movedOf(answer: SearchAnswer): readonly ArrayBuffer[] {
  return answer.kind === 'done' ? [answer.block.buffer, answer.hits.numbers.buffer] : [];
}

function match({ source, ignoreCase, block, from }: ExpressionJob) {
  const compile = (): LineExpression => new LineExpression(source, ignoreCase);
  const expression = expressions.of(`${ignoreCase} ${source}`, compile);
  return { kind: 'done', hits: expression.match(Buffer.from(block.buffer), from), block } as const;
}

function readFile({
  kind,
  text,
  isRegex,
  ignoreCase,
  ...span
}: { readonly kind: 'skip' | 'count' } & FileJob) {
  const compile = (): LineFinder => lineFinder(text, isRegex, ignoreCase);
  const finder = finders.of(`${isRegex} ${ignoreCase} ${text}`, compile);
  if (kind === 'count') return { kind: 'counted', counted: countMatches(finder, span) } as const;
  return { kind: 'skipped', skipped: skipLines(finder, span) } as const;
}
