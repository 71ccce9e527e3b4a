import { memberOf } from './json';

/** The state of a stream. */
export type StreamState = 'open' | 'interrupted' | 'closed';
/** How a stream ended. */
export type OutcomeKind = 'complete' | 'aborted' | 'replaced' | 'deleted' | 'expired';

export const STREAM_STATES: readonly StreamState[] = ['open', 'interrupted', 'closed'];
const OUTCOMES: readonly OutcomeKind[] = ['complete', 'aborted', 'replaced', 'deleted', 'expired'];

/** The state of a stream and, once it is closed, its outcome. */
export interface StateAndOutcome {
  readonly state: StreamState;
  /** Present only for a closed stream. */
  readonly outcome?: OutcomeKind;
}

/** Reads `X-Stream-State`, a structured field (RFC 8941) such as `closed; outcome=complete`. */
export function parseStreamState(header: string | null): StateAndOutcome | undefined {
  const [item, ...parameters] = (header ?? '').split(';').map((part) => part.trim());
  const outcome = parameters.find((parameter) => parameter.startsWith('outcome='));
  return stateAndOutcome(item, outcome?.slice('outcome='.length));
}

/** Reads `state` and `outcome` of an object. @returns `undefined` without a state */
export function stateIn(value: unknown): StateAndOutcome | undefined {
  return stateAndOutcome(memberOf(value, 'state'), memberOf(value, 'outcome'));
}

function stateAndOutcome(item: unknown, value: unknown): StateAndOutcome | undefined {
  const state = parseState(item);
  const outcome = OUTCOMES.find((known) => known === value);
  return state === undefined ? undefined : { state, ...(outcome !== undefined && { outcome }) };
}

export function parseState(value: unknown): StreamState | undefined {
  return STREAM_STATES.find((state) => state === value);
}
