import { sizeOf } from '../../../core/bytes/size-of';
import { skipBytes } from '../../../core/bytes/skip-bytes';
import type { Writer } from '../../../core/log/log';
import { advance, type Offset } from '../../../core/log/offset';
import { checkAppend } from '../../../core/state/check-append';
import { touched } from '../../../core/state/expiry';
import { inexact } from '../facts/stored-facts';
import { type CachedLog, currentInfo } from './log-cache';
import type { LogIndex } from './log-index';
import { lossErrorAt, writeAtTail } from './lost-tail';

/** Appends in the log's turn. @returns the new tail @throws LogError as `LogStore.append` */
export async function appendBytes(
  index: LogIndex,
  writer: Writer,
  at: Offset,
  chunks: readonly Buffer[],
): Promise<Offset> {
  const log = index.log(writer.log);
  const { tail } = log;
  const { epoch, state } = log.facts.info;
  const lost = log.lost?.error ?? lossErrorAt(log, at);
  if (lost !== undefined && epoch === writer.epoch) throw lost;
  const stored = checkAppend({ epoch, tail, state }, writer.epoch, at, sizeOf(chunks));
  const fresh = skipBytes(chunks, stored);
  if (fresh.length === 0) return tail;
  const { times, written } = index.context;
  const marks = log.marks ?? (await times.of(log));
  await prepare(index, log);
  await writeAtTail(index, log, fresh);
  log.tail = advance(tail, sizeOf(fresh));
  // After the write: a reader that stops at a time has seen all bytes with an earlier one.
  log.updatedAt = marks.note(log.tail, Date.now());
  written.note(log.generation, log.tail);
  index.events.tails.appended(writer.log, tail, fresh, log.updatedAt);
  return log.tail;
}

/** Stores what must be stored before the first byte of an append. Seldom needed. */
async function prepare(index: LogIndex, log: CachedLog): Promise<void> {
  const { info, isExact } = log.facts;
  if (info.expiresAt === undefined && !isExact) return;
  const now = index.context.clock.now();
  // Exact: its writer left, other producers have committed since, and now it appends again.
  if (touched(info, now) === info && !isExact) return;
  const after = { ...log.facts, info: touched(currentInfo(log), now) };
  await index.update('new', log, inexact(after));
}
