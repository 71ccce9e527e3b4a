import type { TestAnswer } from './test-requests';

/** The status of a failed request, and the sentence of Loom if there is one. */
export function sentenceOf({ status, text }: TestAnswer): string {
  const [, error] = /"error":"((?:[^"\\]|\\.)*)"/.exec(text) ?? [];
  return error === undefined
    ? `the answer has the status ${status}, and is not one of Loom`
    : `${status}, ${error}`;
}
