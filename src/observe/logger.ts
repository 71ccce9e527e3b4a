import pino from 'pino';
import type { Config } from '../config/config';
import { describeError } from './describe-error';
import { type LineOutput, LogOutput } from './log-output';

const STDOUT = 1;

/** Up to this size a write to a pipe is atomic (PIPE_BUF of Linux): lines of processes that share it do not mix. */
const ATOMIC_WRITE_BYTES = 4_096;

/** The server's log. An error belongs in the field `err`. */
export interface Logger {
  readonly debug: LogLine;
  readonly info: LogLine;
  readonly warn: LogLine;
  readonly error: LogLine;
  /** Writes the line of a request, at level `info`. Its fields are not searched for errors or secrets. */
  readonly request: RequestLine;
  /** Writes a line of the audit in the same way. */
  readonly audit: RequestLine;
}

/** Writes one request's line. */
type RequestLine = (fields: object, message: string) => void;

interface LogLine {
  (fields: object, message: string): void;
  (message: string): void;
}

/** Fields that may hold a secret, at any of `DEPTHS`. Other fields are not searched: callers log ids and counts. */
const SECRET = ['authorization', 'access_token', 'token', 'tokens', 'password', 'cookie'];
const DEPTHS = ['', '*.', '*.*.', '*.*.*.'];

/** Logs to stdout: one JSON object per line, or text for a terminal. @param worker its number, if several processes share stdout */
export function createLogger({ level, format }: Config['log'], worker?: number): Logger {
  const plain: pino.LoggerOptions = {
    level,
    base: worker === undefined ? null : { worker },
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label) => ({ level: label }) },
    serializers: { err: describeError, error: describeError },
  };
  const redact = { paths: DEPTHS.flatMap((above) => SECRET.map((name) => above + name)), censor: '***' };
  // Read for every format: it makes Node open stdout as non-blocking. Otherwise a full pipe would block the exit.
  const { isTTY } = process.stdout;
  const isPretty = format === 'pretty' || (format === 'auto' && isTTY);
  const stdout = new LogOutput(STDOUT, worker === undefined ? Number.POSITIVE_INFINITY : ATOMIC_WRITE_BYTES);
  const output = isPretty ? prettyPrinter(stdout) : stdout;
  const searched = pino({ ...plain, redact }, output);
  const request = searched.isLevelEnabled('info') ? requestsTo(output, worker) : ignore;
  return Object.assign(searched, { request, audit: request });
}

/** Formats request lines without pino, in a quarter of its time: there may be thousands per second. */
function requestsTo(output: LineOutput, worker: number | undefined): RequestLine {
  const by = worker === undefined ? '' : `"worker":${worker},`;
  let now = 0;
  let time = '';
  // A request line always has fields, and its message needs no escaping.
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

/** Formats lines for people. pino-pretty is loaded only here. */
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
