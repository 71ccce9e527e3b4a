import type { Expiry, Framing, LogInfo, LogRef, LogState } from '../../../core/log/log';
import { type LogId, parseLogId } from '../../../core/log/log-id';
import { advance, START } from '../../../core/log/offset';
import {
  parseStoredJson,
  toList,
  toMap,
  toNumber,
  toText,
  toTexts,
  unexpected,
} from '../../../redis/resp/reply';
import { endOf, stampOf } from './entries';
import { parseForkPoint } from './fork-point';
import { parseLosses } from './losses';
import { parseSealOutcome } from './outcome';

/** A log as the scripts return it: the hash of its facts, the id of its last entry, and the id of the event that the script wrote. */
export interface FactsReply {
  readonly info: LogInfo;
  /** The metadata exactly as it is stored; empty for none. */
  readonly rawMetadata: string;
  /** Names the last attach; empty where no writer has attached. */
  readonly claim: string;
  /** The unix ms in the id of the last entry. */
  readonly lastStamp: number;
  /** Empty if the script wrote no event. */
  readonly eventId: string;
  /** Whether the creation of this generation replaced another. */
  readonly replaced: boolean;
  /** The log that was removed or replaced, if it was a fork. */
  readonly orphan?: OrphanedFork;
}

/** A fork that ended, and is to be taken from the forks of its source. */
export interface OrphanedFork {
  readonly fork: LogRef;
  readonly source: LogRef;
}

export function parseFactsReply(id: LogId, reply: unknown): FactsReply {
  const [hash, last, event, rawOrphan] = toList(reply);
  const fields = toMap(hash);
  const rawMetadata = fields.get('metadata') ?? '';
  const info = toInfo(id, fields, toText(last));
  const orphan = toText(rawOrphan);
  return {
    info,
    rawMetadata,
    claim: fields.get('claim') ?? '',
    lastStamp: stampOf(toText(last)),
    eventId: toText(event),
    replaced: fields.get('replaced') === '1',
    ...(orphan !== '' && { orphan: parseOrphan(id, orphan) }),
  };
}

/** The reply of `lua/purge.lua`, which removes a log whose facts cannot be parsed. */
export function parsePurgeReply(id: LogId, reply: unknown): Pick<FactsReply, 'eventId' | 'orphan'> {
  const [eventId = '', orphan = ''] = toTexts(reply);
  return { eventId, ...(orphan !== '' && { orphan: parseOrphan(id, orphan) }) };
}

function parseOrphan(id: LogId, text: string): OrphanedFork {
  const space = text.indexOf(' ');
  const { source } = parseForkPoint(text.slice(space + 1));
  return { fork: { id, generation: text.slice(0, space) }, source };
}

function toInfo(id: LogId, fields: ReadonlyMap<string, string>, lastId: string): LogInfo {
  const field = (name: string): string => fields.get(name) ?? unexpected(`no ${name}`);
  const state = toState(field('state'));
  const metadata = fields.get('metadata');
  const producerKey = fields.get('producerKey');
  const traceparent = fields.get('traceparent');
  const finalLength = fields.get('finalLength');
  const endsAt = fields.get('endsAt');
  const framing = fields.get('framing');
  const forkedFrom = fields.get('forkedFrom');
  const losses = fields.get('losses');
  const changedAt = toNumber(field('updatedAt'));
  return {
    id: parseLogId(id),
    generation: field('generation'),
    state,
    ...(state === 'closed' && { outcome: parseSealOutcome(field('outcome')) }),
    // The facts of a sealed log have its tail, as its entries may be lost.
    tail: endsAt === undefined ? endOf(lastId) : advance(START, toNumber(endsAt)),
    epoch: toNumber(field('epoch')),
    ...(metadata !== undefined && { metadata: parseStoredJson(metadata) }),
    contentType: field('contentType'),
    ...(producerKey !== undefined && { producerKey }),
    ...(traceparent !== undefined && { traceparent }),
    ...(finalLength !== undefined && { finalLength: advance(START, toNumber(finalLength)) }),
    ...(framing !== undefined && { framing: toFraming(framing) }),
    ...toExpiry(fields, lastId),
    ...(forkedFrom !== undefined && { forkedFrom: parseForkPoint(forkedFrom) }),
    ...(losses !== undefined && { losses: parseLosses(losses) }),
    createdAt: toNumber(field('createdAt')),
    // Appends do not change the facts: their time is in the last entry's id. The time of the seal is in the facts.
    updatedAt: state === 'closed' ? changedAt : Math.max(changedAt, stampOf(lastId)),
  };
}

/** As `expiry_of` in `lua/shared.lua`: an append moves the expiry without changing the facts, so the last entry's time counts too. */
function toExpiry(
  fields: ReadonlyMap<string, string>,
  lastId: string,
): { expiry: Expiry; expiresAt: number } | undefined {
  const at = fields.get('expiresAt');
  const ttl = fields.get('ttlMs');
  if (at === undefined) return undefined;
  if (ttl === undefined) return { expiry: { kind: 'at', at: toNumber(at) }, expiresAt: toNumber(at) };
  const ttlMs = toNumber(ttl);
  return { expiry: { kind: 'idle', ttlMs }, expiresAt: Math.max(toNumber(at), stampOf(lastId) + ttlMs) };
}

function toFraming(text: string): Framing {
  return text === 'json' ? text : unexpected(text);
}

export function toState(text: string): LogState {
  return text === 'open' || text === 'interrupted' || text === 'closed' ? text : unexpected(text);
}
