import type { LogInfo } from '../../../core/log/log';
import { isCounted } from '../../../core/log/loss';

/** A stream as the list and `/info` show it. */
export function toListEntry(info: LogInfo): object {
  const { id, state, outcome, tail, metadata = null, createdAt, updatedAt, contentType } = info;
  return {
    id,
    state,
    ...(outcome !== undefined && { outcome: outcome.kind }),
    ...(outcome?.kind === 'aborted' && { reason: outcome.reason }),
    bytes: tail,
    metadata,
    createdAt: new Date(createdAt).toISOString(),
    updatedAt: new Date(updatedAt).toISOString(),
    contentType,
    ...lossesOf(info),
  };
}

/** What was counted as lost. A store that only knows that there may have been more does not list that. */
function lossesOf({ losses = [] }: LogInfo): object {
  const counted = losses.filter(isCounted);
  if (counted.length === 0) return {};
  return { losses: counted.map(({ from, to, at }) => ({ from, to, noticedAt: new Date(at).toISOString() })) };
}
