import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Config, RelayName } from '../../config/config';
import type { Logger } from '../../observe/logger';
import type { RelayContext } from '../../relay/nodes/relay-context';

/** One of the relays, whose requests meet each other and never a log. */
export interface RelaySystem {
  readonly name: RelayName;
  /** On the main port it is given what lies at this path and below. */
  readonly path: string;
  /** What is taken off a path of the main port before the system sees it. */
  readonly stripPrefix: string;
  /** A path as it may be logged: what alone gives the right to use something is left out. */
  loggablePath(path: string): string;
  /** @throws RequestError or LogError, which are answered as JSON; once the head is out, any error cuts the connection */
  handle(request: RelayRequest): Promise<void>;
  /** Ends what waits with 503. Resolves when what was running is over. */
  drain(): Promise<void>;
  /** Nothing of it runs afterwards. */
  close(): Promise<void>;
}

export interface RelayRequest {
  readonly req: IncomingMessage;
  readonly res: ServerResponse;
  /** Begins with a slash, without the query, still percent-encoded. */
  readonly path: string;
  readonly query: URLSearchParams;
  /** It came in on the main port, whose origin the relay shares with everything else. */
  readonly isMounted: boolean;
  readonly requestId: string;
  /** @throws RequestError unless the request may use this system: it is public, there are no tokens, or its token has the scope */
  authorize(): void;
}

export interface RelaySystemContext {
  readonly relay: RelayContext;
  readonly config: Config;
  readonly logger: Logger;
}

export type OpenRelaySystem = (wire: RelaySystemContext) => Promise<RelaySystem>;
