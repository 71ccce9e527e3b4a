import type { Offset } from '../../../core/log/offset';
import { storeFailure } from '../../../lmdb/failures';
import { damageErrorOf } from '../bytes/damage-error';
import type { FileBytes } from '../bytes/log-files';
import { isUnreadable } from '../disk/failures';
import type { CachedLog } from './log-cache';
import type { LogIndex } from './log-index';
import { detectLostTail } from './lost-tail';

/** The bytes to read now, and how far the reader is going to read in the end. */
interface Span {
  readonly from: Offset;
  readonly bytes: number;
  readonly until: Offset;
}

/** @throws LogError `STORE_DAMAGED`, `LOG_GONE`, `STORE_UNAVAILABLE` */
export async function readBytes(
  index: LogIndex,
  log: CachedLog,
  { from, bytes, until }: Span,
): Promise<FileBytes> {
  const { info } = log.facts;
  const { files, damage } = index.context;
  const missed = { from, to: log.tail };
  let cause: unknown;
  try {
    const got = await files.read(info.generation, from, bytes, until);
    if (got.bytes.length > 0 && got.endsAt === undefined) return got;
    got.release();
    missed.from = got.endsAt ?? from;
  } catch (error) {
    if (!isUnreadable(error)) throw storeFailure('Reading the log', error);
    cause = error;
  }
  // Damage, unless the log was removed during the read.
  index.log(info);
  const lost = cause === undefined ? await detectLostTail(index, info, missed.to) : undefined;
  if (lost !== undefined) throw lost;
  throw damage.report(info, await damageErrorOf(files, info, missed, cause));
}
