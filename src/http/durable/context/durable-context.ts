import type { LogId } from '../../../core/log/log-id';
import type { Access } from '../../front/access';
import type { Wire } from '../../front/protocol';
import type { Exchange } from '../../front/serve-directly';
import type { Bodies } from './buffered-bodies';
import type { Answer } from './responder';
import type { Streams } from './stream-cache';

/** What the operations of this wire work with. */
export interface Durable extends Wire {
  readonly answer: Answer;
  readonly bodies: Bodies;
  readonly streams: Streams;
}

export interface StreamRequest extends Exchange {
  readonly id: LogId;
  readonly allowed: Access;
}

export type Operation = (wire: Durable, request: StreamRequest) => Promise<void>;
