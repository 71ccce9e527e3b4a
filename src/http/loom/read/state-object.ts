import type { JsonValue } from '../../../core/json/json';
import type { LogInfo, LogOutcome } from '../../../core/log/log';

/** What is known of a stream at one moment. */
export type StreamMoment = Pick<LogInfo, 'state' | 'tail' | 'metadata'> & {
  readonly outcome?: LogOutcome;
  /** Absent if they were not counted. */
  readonly lines?: number | undefined;
};

/**
 * A stream at one moment, as the last object of NDJSON has it. `exitCode` and `signal` are those that `stream run` writes into the metadata.
 * For example, `{"state":"closed","outcome":"complete","exitCode":0,"bytes":4711,"lines":120}`.
 */
export function stateObject({ state, outcome, metadata, tail, lines }: StreamMoment): object {
  const exitCode = memberOf(metadata, 'exitCode');
  const signal = memberOf(metadata, 'signal');
  return {
    state,
    ...(outcome !== undefined && { outcome: outcome.kind }),
    ...(outcome?.kind === 'aborted' && { reason: outcome.reason }),
    ...(typeof exitCode === 'number' && { exitCode }),
    ...(typeof signal === 'string' && { signal }),
    bytes: tail,
    ...(lines !== undefined && { lines }),
  };
}

function memberOf(value: JsonValue | undefined, name: string): JsonValue | undefined {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
  return Object.entries(value).find(([key]) => key === name)?.[1];
}
