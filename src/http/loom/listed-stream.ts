import type { LogInfo } from '../../core/log';

/** A stream as the list and `/info` show it. */
export function toListed(info: LogInfo): object {
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
  };
}
