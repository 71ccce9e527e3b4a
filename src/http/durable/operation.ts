import type { LogId } from '../../core/log-id';
import type { Access } from '../access';
import type { Exchange } from '../direct';
import type { Wire } from '../protocol';
import type { Answer } from './answer';
import type { Bodies } from './bodies';
import type { Streams } from './streams';

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
