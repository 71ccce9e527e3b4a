import { type Answer, request } from '../support/http';

/** One line of the answer of a search. */
export type SearchObject = Readonly<Record<string, unknown>>;

export interface SearchAnswer {
  readonly answer: Answer;
  readonly matches: readonly SearchObject[];
  readonly last: SearchObject;
}

export function objectsIn(text: string): readonly SearchObject[] {
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line));
}

/** @param url with its query */
export async function search(url: string): Promise<SearchAnswer> {
  const answer = await request(url);
  if (answer.status !== 200) throw new Error(`answered ${answer.status}: ${answer.text}`);
  const objects = objectsIn(answer.text);
  return { answer, matches: objects.slice(0, -1), last: objects.at(-1) ?? {} };
}
