import type { IncomingMessage } from 'node:http';
import { traceparentOf } from '../headers/traceparent';

interface RequestNames {
  /** As it may be logged. */
  readonly path: string;
  readonly requestId: string;
  /** The address of the client. A connection that has closed has none any more. */
  readonly client: string | undefined;
  /** The pattern of the path, if it is known already. */
  readonly route: string | undefined;
}

/** What is kept of a request until its response closes, for its line in the log and for the metrics. */
export class RequestRecord {
  readonly began = performance.now();
  readonly method: string;
  readonly path: string;
  readonly requestId: string;
  readonly client: string | undefined;
  readonly traceparent: string | undefined;
  /** Names the holder of its credential. */
  who: string | undefined;
  /** The pattern of its path, such as `/stream/:id`. `other`: none has been found yet. */
  route: string;
  /** Whether its duration says how fast the server is. That of an upload says how long the producer took. */
  isTimed = true;

  constructor({ method = '', headers }: IncomingMessage, { path, requestId, client, route }: RequestNames) {
    this.method = method;
    this.path = path;
    this.requestId = requestId;
    this.client = client;
    this.traceparent = traceparentOf(headers);
    this.route = route ?? 'other';
  }
}
