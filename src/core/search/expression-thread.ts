// The entry of a thread that runs regular expressions.
import { messageOf } from '../log/errors';
import { serveJobs } from '../threads/serve-jobs';
import type { ExpressionAnswer, ExpressionJob } from './expression-job';
import { LineExpression } from './line-expression';

interface Compiled {
  readonly source: string;
  readonly ignoreCase: boolean;
  readonly expression: LineExpression;
}

/** That of the job before: a search has many blocks. */
let last: Compiled | undefined;

serveJobs<ExpressionJob, ExpressionAnswer>(run, (answer) =>
  answer.kind === 'done' ? [answer.block.buffer, answer.hits.numbers.buffer] : [],
);

function run({ source, ignoreCase, block, from }: ExpressionJob): ExpressionAnswer {
  const began = performance.now();
  try {
    if (last?.source !== source || last.ignoreCase !== ignoreCase)
      last = { source, ignoreCase, expression: new LineExpression(source, ignoreCase) };
    const hits = last.expression.match(Buffer.from(block.buffer), from);
    return { kind: 'done', hits, block, ms: performance.now() - began };
  } catch (error) {
    const kind = error instanceof SyntaxError ? 'invalid' : 'failed';
    return { kind, reason: messageOf(error) };
  }
}
