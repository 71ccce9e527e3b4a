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
  const [item = '', ...parameters] = (header ?? '').split(';').map((part) => part.trim());
  const state = parseState(item);
  if (state === undefined) return undefined;
  const value = parameters.find((parameter) => parameter.startsWith('outcome='))?.slice('outcome='.length);
  const outcome = parseOutcomeKind(value);
  return outcome === undefined ? { state } : { state, outcome };
}

export function parseState(value: unknown): StreamState | undefined {
  return STREAM_STATES.find((state) => state === value);
}

export function parseOutcomeKind(value: unknown): OutcomeKind | undefined {
  return OUTCOMES.find((outcome) => outcome === value);
}
