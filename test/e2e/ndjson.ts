import type { Answer, Consumer } from '../support/http';

export const NDJSON = { Accept: 'application/x-ndjson' };

/** An object of an answer in NDJSON: of a line, or the last one. */
export interface NdjsonObject {
  readonly line?: number;
  readonly offset?: number;
  readonly time?: string | null;
  readonly text?: string;
  readonly partial?: true;
  readonly cut?: true;
  readonly [field: string]: unknown;
}

export function objectsIn({ text }: Pick<Answer | Consumer, 'text'>): NdjsonObject[] {
  return text
    .split('\n')
    .slice(0, -1)
    .map((json) => JSON.parse(json));
}

/** The objects without their times, and whether each line has one. */
export function untimed(objects: readonly NdjsonObject[]): NdjsonObject[] {
  return objects.map(({ time, ...rest }) => {
    if (rest.line !== undefined) expect(time).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
    return rest;
  });
}

/** What a reader puts together from the objects of lines. */
export function joined(objects: readonly NdjsonObject[]): string {
  return objects
    .filter(({ line }) => line !== undefined)
    .map(({ text, partial }) => (partial ? text : `${text}\n`))
    .join('');
}
