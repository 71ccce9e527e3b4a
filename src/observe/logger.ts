import pino from 'pino';
import type { Config } from '../config/config';
import { describeError } from './describe-error';
import { type LineOutput, LogOutput } from './log-output';

const STDOUT = 1;

/** What a pipe takes whole or not at all, so that processes that share one do not tear each other's lines: PIPE_BUF of Linux. */
const UNTORN_BYTES = 4_096;

/** What the server says about itself. An error goes into the field `err`. */
export interface Logger {
  readonly debug: LogLine;
  readonly info: LogLine;
  readonly warn: LogLine;
  readonly error: LogLine;
  /** At the level of `info`, for the line of a request: whoever writes it knows its fields, and neither errors nor secrets are looked for. */
  readonly request: RequestLine;
}

export type RequestLine = (fields: object, message: string) => void;

export interface LogLine {
  (fields: object, message: string): void;
  (message: string): void;
}

/** Fields that may hold a secret, wherever they are met. The rest of a line is never searched: callers give ids and counts. */
const SECRET = ['authorization', 'access_token', 'token', 'tokens', 'password', 'cookie'];
const DEPTHS = ['', '*.', '*.*.', '*.*.*.'];

/**
 * Writes to stdout: one JSON object a line, or for eyes on a terminal.
 *
 * @param worker the number of this process, where several write to the same stdout
 */
export function createLogger({ level, format }: Config['log'], worker?: number): Logger {
  const plain: pino.LoggerOptions = {
    level,
    base: worker === undefined ? null : { worker },
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label) => ({ level: label }) },
    serializers: { err: describeError, error: describeError },
  };
  const redact = { paths: DEPTHS.flatMap((above) => SECRET.map((name) => above + name)), censor: '***' };
  // Asked whatever the format: Node opens stdout then, and a pipe that is full refuses a write instead of keeping the process from its exit.
  const { isTTY } = process.stdout;
  const isPretty = format === 'pretty' || (format === 'auto' && isTTY);
  const stdout = new LogOutput(STDOUT, worker === undefined ? Number.POSITIVE_INFINITY : UNTORN_BYTES);
  const output = isPretty ? prettyPrinter(stdout) : stdout;
  const searched = pino({ ...plain, redact }, output);
  return Object.assign(searched, {
    request: searched.isLevelEnabled('info') ? requestsTo(output, worker) : ignore,
  });
}

/** The lines of requests are so many that they are made here: it takes a quarter of the time that pino does. */
function requestsTo(output: LineOutput, worker: number | undefined): RequestLine {
  const by = worker === undefined ? '' : `"worker":${worker},`;
  let now = 0;
  let time = '';
  // Neither is there a request without fields, nor one whose message has to be escaped.
  return (fields, msg) => {
    if (Date.now() !== now) {
      now = Date.now();
      time = new Date(now).toISOString();
    }
    const text = JSON.stringify(fields).slice(1, -1);
    output.writeBuffered(`{"level":"info","time":"${time}",${by}${text},"msg":"${msg}"}\n`);
  };
}

function ignore(): void {}

/** For eyes. Loaded only where it is used. */
function prettyPrinter(output: LineOutput): LineOutput {
  const { prettyFactory }: typeof import('pino-pretty') = require('pino-pretty');
  const render = prettyFactory({
    colorize: process.stdout.isTTY && !process.env['NO_COLOR'],
    ignore: 'requestId',
  });
  return {
    write: (line) => output.write(render(line)),
    writeBuffered: (line) => output.writeBuffered(render(line)),
  };
}
