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
import { endOf, timeOf } from './entries';
import { parseForkPoint } from './fork-point';
import { parseLosses } from './losses';
import { parseSealOutcome } from './outcome';

/** A log as a script answers with it: the hash of its facts, the id of its last entry, and that of the event it wrote. */
export interface FactsReply {
  readonly info: LogInfo;
  /** The metadata exactly as it is stored; empty for none. */
  readonly rawMetadata: string;
  /** Names the last attach; empty where no writer has attached. */
  readonly claim: string;
  /** The unix ms in the id of the last entry. */
  readonly lastStamp: number;
  /** Empty where the script told of nothing. */
  readonly eventId: string;
  /** Whether the creation of this generation replaced another. */
  readonly replaced: boolean;
  /** Present where the log that was removed, or that this one took the place of, was a fork. */
  readonly loose?: OrphanedFork;
}

/** A fork that is no more. */
export interface OrphanedFork {
  readonly fork: LogRef;
  readonly source: LogRef;
}

export function parseFactsReply(id: LogId, reply: unknown): FactsReply {
  const [hash, last, event, looseFork] = toList(reply);
  const fields = toMap(hash);
  const rawMetadata = fields.get('metadata') ?? '';
  const info = toInfo(id, fields, toText(last));
  const loose = toText(looseFork);
  return {
    info,
    rawMetadata,
    claim: fields.get('claim') ?? '',
    lastStamp: timeOf(toText(last)),
    eventId: toText(event),
    replaced: fields.get('replaced') === '1',
    ...(loose !== '' && { loose: toLoose(id, loose) }),
  };
}

/** What the script answers that takes a log away without understanding its facts. */
export function parsePurgeReply(id: LogId, reply: unknown): Pick<FactsReply, 'eventId' | 'loose'> {
  const [eventId = '', loose = ''] = toTexts(reply);
  return { eventId, ...(loose !== '' && { loose: toLoose(id, loose) }) };
}

function toLoose(id: LogId, text: string): OrphanedFork {
  const space = text.indexOf(' ');
  const { source } = parseForkPoint(text.slice(space + 1));
  return { fork: { id, generation: text.slice(0, space) }, source };
}

function toInfo(id: LogId, fields: ReadonlyMap<string, string>, lastId: string): LogInfo {
  const field = (name: string): string => fields.get(name) ?? unexpected(`no ${name}`);
  const state = toState(field('state'));
  const metadata = fields.get('metadata');
  const producerKey = fields.get('producerKey');
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
    // Of a sealed log it is known without the entries, which may be lost.
    tail: endsAt === undefined ? endOf(lastId) : advance(START, toNumber(endsAt)),
    epoch: toNumber(field('epoch')),
    ...(metadata !== undefined && { metadata: parseStoredJson(metadata) }),
    contentType: field('contentType'),
    ...(producerKey !== undefined && { producerKey }),
    ...(finalLength !== undefined && { finalLength: advance(START, toNumber(finalLength)) }),
    ...(framing !== undefined && { framing: toFraming(framing) }),
    ...toExpiry(fields, lastId),
    ...(forkedFrom !== undefined && { forkedFrom: parseForkPoint(forkedFrom) }),
    ...(losses !== undefined && { losses: parseLosses(losses) }),
    createdAt: toNumber(field('createdAt')),
    // Appends do not touch the facts: their time is in the last entry's id. The seal's is in the facts.
    updatedAt: state === 'closed' ? changedAt : Math.max(changedAt, timeOf(lastId)),
  };
}

/** An append of a writer moves the expiry, too, and is known by the time in its entry's id: as `expiry_of` in `lua/shared.lua`. */
function toExpiry(
  fields: ReadonlyMap<string, string>,
  lastId: string,
): { expiry: Expiry; expiresAt: number } | undefined {
  const at = fields.get('expiresAt');
  const ttl = fields.get('ttlMs');
  if (at === undefined) return undefined;
  if (ttl === undefined) return { expiry: { kind: 'at', at: toNumber(at) }, expiresAt: toNumber(at) };
  const ttlMs = toNumber(ttl);
  return { expiry: { kind: 'idle', ttlMs }, expiresAt: Math.max(toNumber(at), timeOf(lastId) + ttlMs) };
}

function toFraming(text: string): Framing {
  return text === 'json' ? text : unexpected(text);
}

export function toState(text: string): LogState {
  return text === 'open' || text === 'interrupted' || text === 'closed' ? text : unexpected(text);
}
