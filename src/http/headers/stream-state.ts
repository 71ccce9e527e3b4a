import type { LogInfo, LogOutcome } from '../../core/log/log';

/** The value of `X-Stream-State`, a structured field (RFC 8941): `open`, `interrupted`, or `closed; outcome=complete` and so on. */
export function streamState(info: Pick<LogInfo, 'state' | 'outcome'>): string {
  return info.outcome === undefined ? info.state : closedState(info.outcome);
}

export function closedState(outcome: LogOutcome): string {
  return `closed; outcome=${outcome.kind}`;
}
