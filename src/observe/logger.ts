import pino from 'pino';
import type { Config } from '../config/config';
import { describeError } from './describe-error';
import { LogOutput } from './log-output';

const STDOUT = 1;

/** What the server says about itself. An error goes into the field `err`. */
export interface Logger {
  readonly debug: LogLine;
  readonly info: LogLine;
  readonly warn: LogLine;
  readonly error: LogLine;
}

export interface LogLine {
  (fields: object, message: string): void;
  (message: string): void;
}

/** Fields that may hold a secret, wherever they are met. The rest of a line is never searched: callers give ids and counts. */
const SECRET = ['authorization', 'access_token', 'token', 'tokens', 'password', 'cookie'];
const DEPTHS = ['', '*.', '*.*.', '*.*.*.'];

/** Writes to stdout: one JSON object a line, or for eyes on a terminal. */
export function createLogger({ level, format }: Config['log']): Logger {
  const options: pino.LoggerOptions = {
    level,
    base: null,
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label) => ({ level: label }) },
    serializers: { err: describeError, error: describeError },
    redact: { paths: DEPTHS.flatMap((above) => SECRET.map((name) => above + name)), censor: '***' },
  };
  const isPretty = format === 'pretty' || (format === 'auto' && process.stdout.isTTY);
  const output = new LogOutput(STDOUT);
  return pino(options, isPretty ? prettily(output) : output);
}

/** For eyes. Loaded only where it is used. */
function prettily(output: pino.DestinationStream): pino.DestinationStream {
  const { prettyFactory }: typeof import('pino-pretty') = require('pino-pretty');
  const render = prettyFactory({
    colorize: process.stdout.isTTY && !process.env['NO_COLOR'],
    ignore: 'requestId',
  });
  return { write: (line) => output.write(render(line)) };
}
