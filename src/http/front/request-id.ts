import { randomBytes } from 'node:crypto';
import type { IncomingMessage } from 'node:http';

/** What a client may choose: it comes back in a header, and is in the log. */
const KNOWN_ID = /^[\w.:-]{1,64}$/;

/** Returns the id of a request: that of its `X-Request-Id` if it is well-formed, otherwise a new one. */
export type RequestIds = (req: IncomingMessage) => string;

/** New ids are unique over nodes and restarts. */
export function createRequestIds(): RequestIds {
  const node = randomBytes(5).toString('hex');
  let count = 0;
  return ({ headers }) => {
    const given = headers['x-request-id'];
    if (typeof given === 'string' && KNOWN_ID.test(given)) return given;
    count += 1;
    return `${node}-${count.toString(36)}`;
  };
}
