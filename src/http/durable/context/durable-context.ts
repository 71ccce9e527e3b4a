import type { LogId } from '../../../core/log/log-id';
import type { WireContext } from '../../front/wire';
import type { WireRequest } from '../../front/wire-request';
import type { BufferedBodies } from './buffered-bodies';
import type { StreamCache } from './stream-cache';

/** What the operations of this wire work with. */
export interface DurableContext extends WireContext {
  readonly bodies: BufferedBodies;
  readonly streams: StreamCache;
}

export interface StreamRequest extends WireRequest {
  readonly id: LogId;
}

export type DurableOperation = (wire: DurableContext, request: StreamRequest) => Promise<void>;
