import type { ServerResponse } from 'node:http';

/** The `Vary` of an answer: what the front door has set, and `fields`. For example, `Origin, Accept`. */
export function vary(res: ServerResponse, fields: string): string {
  const present = res.getHeader('Vary');
  return present === undefined ? fields : `${present}, ${fields}`;
}
