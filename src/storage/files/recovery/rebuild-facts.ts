import { stat } from 'node:fs/promises';
import type { SealOutcome } from '../../../core/log/log';
import { LOG_ID_BYTES_MAX, type LogId, parseLogId } from '../../../core/log/log-id';
import { advance, type Offset, START } from '../../../core/log/offset';
import { endOfWholeMessages } from '../bytes/whole-messages';
import { undefinedIfMissing } from '../disk/failures';
import { inexact, type StoredFacts } from '../facts/stored-facts';
import type { Orphan } from '../startup/inventory';
import type { RecoveryContext } from './recovery-context';

const UNKNOWN: SealOutcome = {
  kind: 'aborted',
  reason: 'recovered without what the server knew of the stream',
};

/** The facts of an orphan, as if only its producer had been lost, a moment ago. */
export async function rebuildFacts(
  { layout, clock }: RecoveryContext,
  { generation, facts }: Orphan,
): Promise<StoredFacts> {
  const path = layout.logOf(generation);
  const size = await sizeOf(path);
  if (facts === undefined) return withoutFacts(generation, size, clock.now());
  // Only the facts had the states of producers.
  const { producers: _, ...kept } = facts;
  const { info } = kept;
  const { expiry } = info;
  const expiresAt = expiry?.kind === 'idle' ? { expiresAt: clock.now() + expiry.ttlMs } : {};
  const after = { ...kept, info: { ...info, ...expiresAt } };
  if (info.state === 'closed') return after;
  // The log is as long as its file. Half a JSON text at the end was never acknowledged.
  if (info.framing !== 'json') return inexact(after);
  return {
    ...after,
    isExact: true,
    info: { ...after.info, tail: await endOfWholeMessages(info, path, size) },
  };
}

/** A recognisable id, for a log whose own id is unknown or taken. */
export function recoveredId(generation: string, id?: LogId): LogId {
  const recovered = `recovered-${generation}`;
  const derived = `${id}.${recovered}`;
  return parseLogId(id === undefined || Buffer.byteLength(derived) > LOG_ID_BYTES_MAX ? recovered : derived);
}

function withoutFacts(generation: string, tail: Offset, now: number): StoredFacts {
  const createdAt = Number.parseInt(generation.replaceAll('-', '').slice(0, 12), 16);
  const info = {
    id: recoveredId(generation),
    generation,
    state: 'closed',
    outcome: UNKNOWN,
    tail,
    epoch: 1,
    contentType: 'application/octet-stream',
    createdAt,
    // Its age for the retention counts from now on.
    updatedAt: now,
  } as const;
  return { info };
}

async function sizeOf(path: string): Promise<Offset> {
  const found = await stat(path).catch(undefinedIfMissing);
  return advance(START, found?.size ?? 0);
}
