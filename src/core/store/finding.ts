/** The result of one examination, in a sentence for the operator. */
export interface Finding {
  /** What was examined, in a word. */
  readonly name: string;
  /** `failure`: the server does not start like this, or does not do what it should. */
  readonly verdict: 'ok' | 'warning' | 'failure';
  readonly text: string;
}

export function ok(name: string, text: string): Finding {
  return { name, verdict: 'ok', text };
}

export function warning(name: string, text: string): Finding {
  return { name, verdict: 'warning', text };
}

export function failure(name: string, text: string): Finding {
  return { name, verdict: 'failure', text };
}
