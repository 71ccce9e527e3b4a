import type { Json } from '../../core/json';
import type { LogInfo, LogState } from '../../core/log';
import { type LogId, parseLogId } from '../../core/log-id';
import { endOf, timeOf } from './entries';
import { parseSealOutcome } from './outcome';
import { toList, toMap, toNumber, toText, unexpected } from './reply';

/** A log as a script answers with it: the hash of its facts, the id of its last entry, and that of the event it wrote. */
export interface Facts {
  readonly info: LogInfo;
  /** The metadata exactly as it is stored; empty for none. */
  readonly rawMetadata: string;
  /** Empty where the script told of nothing. */
  readonly eventId: string;
  /** Whether the creation of this generation replaced another. */
  readonly replaced: boolean;
}

export function toFacts(id: LogId, reply: unknown): Facts {
  const [hash, last, event] = toList(reply);
  const fields = toMap(hash);
  const rawMetadata = fields.get('metadata') ?? '';
  const info = toInfo(id, fields, toText(last));
  return { info, rawMetadata, eventId: toText(event), replaced: fields.get('replaced') === '1' };
}

function toInfo(id: LogId, fields: ReadonlyMap<string, string>, lastId: string): LogInfo {
  const field = (name: string): string => fields.get(name) ?? unexpected(`no ${name}`);
  const state = toState(field('state'));
  const metadata = fields.get('metadata');
  const producerKey = fields.get('producerKey');
  const changedAt = toNumber(field('updatedAt'));
  return {
    id: parseLogId(id),
    generation: field('generation'),
    state,
    ...(state === 'closed' && { outcome: parseSealOutcome(field('outcome')) }),
    tail: endOf(lastId),
    epoch: toNumber(field('epoch')),
    ...(metadata !== undefined && { metadata: toJson(metadata) }),
    contentType: field('contentType'),
    ...(producerKey !== undefined && { producerKey }),
    createdAt: toNumber(field('createdAt')),
    // Appends do not touch the facts: their time is in the last entry's id. The seal's is in the facts.
    updatedAt: state === 'closed' ? changedAt : Math.max(changedAt, timeOf(lastId)),
  };
}

export function toState(text: string): LogState {
  return text === 'open' || text === 'interrupted' || text === 'closed' ? text : unexpected(text);
}

function toJson(text: string): Json {
  const value: Json = JSON.parse(text);
  return value;
}
