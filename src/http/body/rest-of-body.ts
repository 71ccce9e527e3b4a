import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { hasBody } from '../errors/has-body';

/** How long a client that has its whole answer may still send its body. */
const REST_MS_MAX = 5_000;

/** Reads and drops the rest of a body after its answer, for a moment: closing on unread bytes would reset the connection. */
export function boundRestOfBody(req: IncomingMessage, res: ServerResponse): void {
  if (hasBody(req)) res.on('finish', dropRest);
}

function dropRest(this: ServerResponse): void {
  const { req } = this;
  if (req.complete) return;
  req.resume();
  destroyAfter(req, REST_MS_MAX);
}

/** Destroys a stream that does not close within `ms`. */
export function destroyAfter(stream: Duplex | IncomingMessage, ms: number): void {
  const timer = setTimeout(() => stream.destroy(), ms).unref();
  stream.once('close', () => clearTimeout(timer));
}
