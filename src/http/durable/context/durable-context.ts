import type { LogId } from '../../../core/log/log-id';
import type { Access } from '../../front/access';
import type { WireContext } from '../../front/protocol';
import type { DirectRequest } from '../../front/serve-directly';
import type { BufferedBodies } from './buffered-bodies';
import type { DurableResponder } from './responder';
import type { StreamCache } from './stream-cache';

/** What the operations of this wire work with. */
export interface DurableContext extends WireContext {
  readonly responder: DurableResponder;
  readonly bodies: BufferedBodies;
  readonly streams: StreamCache;
}

export interface StreamRequest extends DirectRequest {
  readonly id: LogId;
  readonly allowed: Access;
}

export type DurableOperation = (wire: DurableContext, request: StreamRequest) => Promise<void>;
