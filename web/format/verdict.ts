/** A stream as the list, `/info` and `/events` have it (`docs/loom.md`). */
export interface StreamEntry {
  readonly id: string;
  readonly state: 'open' | 'interrupted' | 'closed';
  readonly outcome?: string;
  readonly reason?: string;
  readonly bytes: number;
  readonly metadata: unknown;
  readonly createdAt: string;
  readonly updatedAt: string;
}

/** What a person wants to know first of a build. */
export interface Verdict {
  /** The colour: a token of `tokens.css`. */
  readonly kind: 'ok' | 'failed' | 'running' | 'cancelled' | 'warning';
  readonly words: string;
  /** Such as `exit 2` or `SIGTERM`; empty if there is nothing more to say. */
  readonly detail: string;
  /** The whole, as a sentence. */
  readonly title: string;
}

type Judged = {
  readonly [Name in 'state' | 'outcome' | 'reason' | 'metadata']?: StreamEntry[Name] | undefined;
};

/** Judges by the state, the outcome, and the exit code or signal that `stream run` writes into the metadata. */
export function verdictOf(stream: Judged): Verdict {
  if (stream.state === 'open') return verdict('running', 'running', '', 'Open: more may come');
  if (stream.state === 'interrupted')
    return verdict('warning', 'interrupted', '', 'Its producer was lost and may come back');
  if (stream.outcome === 'aborted')
    return verdict('failed', 'aborted', '', `Aborted: ${stream.reason ?? 'without a reason'}`);
  return stream.outcome === 'complete'
    ? verdictOfComplete(stream.metadata)
    : verdict('cancelled', stream.outcome ?? 'closed', '', 'Closed');
}

function verdictOfComplete(metadata: unknown): Verdict {
  const { exitCode, signal } = membersOf(metadata);
  if (typeof signal === 'string')
    return verdict('cancelled', 'cancelled', signal, `Complete: ended by ${signal}`);
  if (exitCode === 0) return verdict('ok', 'passed', '', 'Complete: exit code 0');
  if (typeof exitCode === 'number')
    return verdict('failed', 'failed', `exit ${exitCode}`, `Complete: exit code ${exitCode}`);
  return verdict('ok', 'complete', '', 'Complete');
}

function membersOf(metadata: unknown): { readonly exitCode?: unknown; readonly signal?: unknown } {
  return typeof metadata === 'object' && metadata !== null ? metadata : {};
}

function verdict(kind: Verdict['kind'], words: string, detail: string, title: string): Verdict {
  return { kind, words, detail, title };
}
