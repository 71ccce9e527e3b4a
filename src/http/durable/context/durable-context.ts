import type { LogId } from '../../../core/log/log-id';
import type { WireContext } from '../../front/wire';
import type { WireRequest } from '../../front/wire-request';
import type { BufferedBodies } from './buffered-bodies';
import type { StreamCache } from './stream-cache';

export interface DurableContext extends WireContext {
  readonly bodies: BufferedBodies;
  readonly streams: StreamCache;
}

/** A request to one stream of the Durable Streams wire. */
export interface StreamRequest extends WireRequest {
  readonly id: LogId;
}

/** Answers one method of the Durable Streams wire. */
export type DurableOperation = (wire: DurableContext, request: StreamRequest) => Promise<void>;
