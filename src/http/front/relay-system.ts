import type { Config } from '../../config/config';
import type { Logger } from '../../observe/logger';
import type { RelayContext } from '../../relay/nodes/relay-context';
import type { RelayOptions } from '../../relay/queues/open-relay';
import type { WireRequest } from './wire-request';

/** One protocol of the relays, on the main port or a port of its own. */
export interface RelaySystem {
  /** On the main port it serves this path and all below it. */
  readonly path: string;
  /** Removed from a path of the main port before `handle` gets it. */
  readonly stripPrefix?: string;
  /** Shortens a path that would give its reader the right to use something. Absent: every path may be logged. */
  loggablePath?(path: string): string;
  /** @throws RequestError or LogError, which are sent as JSON. Once the head is out, any error cuts the connection */
  handle(request: RelayRequest): Promise<void>;
  /** How many requests wait for their counterpart, or for a packet. */
  waiting(): number;
  /** Answers all that wait with 503. Resolves when everything that was running has ended. */
  drain(): Promise<void>;
  close(): Promise<void>;
}

/** A request to a relay system. */
export interface RelayRequest extends WireRequest {
  /** It came by the main port, whose origin the relay shares with all that the port serves. */
  readonly isMounted: boolean;
  /** @throws RequestError unless the relay is public, the server has no tokens, or the request has one with the scope `relay` */
  authorize(): void;
}

interface RelaySystemContext {
  readonly context: RelayContext;
  readonly options: Omit<RelayOptions, 'requeues'>;
  readonly config: Config;
  readonly logger: Logger;
}

/** Opens a relay system. */
export type OpenRelaySystem = (system: RelaySystemContext) => Promise<RelaySystem>;
