import pino from 'pino';
import type { Config } from '../config/config';
import { describeError } from './describe-error';

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

/** Lines that wait for a stdout that nobody reads, in bytes. What goes beyond is dropped: logging never stops the service. */
const PENDING_BYTES_MAX = 4 * 1024 * 1024;

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
  return isPretty ? pino(options, prettyStream()) : pino(options, jsonStream());
}

/** Asynchronous: a synchronous write would hold every stream up for as long as the reader of stdout sleeps. */
function jsonStream(): pino.DestinationStream {
  return pino.destination({ dest: 1, sync: false, maxLength: PENDING_BYTES_MAX });
}

/** Loaded only where it is used. */
function prettyStream(): pino.DestinationStream {
  const { build }: typeof import('pino-pretty') = require('pino-pretty');
  return build({
    colorize: process.stdout.isTTY && !process.env['NO_COLOR'],
    ignore: 'requestId',
    sync: true,
  });
}
