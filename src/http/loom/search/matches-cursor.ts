import { parameterInvalid, singleParameter } from '../../front/query';

/** Where a search of many streams goes on. Its text is opaque to clients. */
export interface MatchesCursor {
  /** That of the page of the list that has the stream. Absent: the first page. */
  readonly page?: string;
  /** The stream, and the one before it on the page: a stream may be removed meanwhile. */
  readonly generation: string;
  readonly previous?: string;
  /** The line of the stream. */
  readonly line: number;
}

/** @throws RequestError `PARAMETER_INVALID` */
export function parseMatchesCursor(query: URLSearchParams): MatchesCursor | undefined {
  const raw = singleParameter(query, 'cursor');
  if (raw === undefined) return undefined;
  const cursor = cursorIn(raw);
  if (cursor === undefined) throw parameterInvalid('cursor', raw, 'must be the next of an earlier answer');
  return cursor;
}

export function renderMatchesCursor({ page = '', generation, previous = '', line }: MatchesCursor): string {
  return Buffer.from(JSON.stringify([page, generation, previous, line])).toString('base64url');
}

function cursorIn(raw: string): MatchesCursor | undefined {
  try {
    const [page, generation, previous, line]: unknown[] = JSON.parse(
      Buffer.from(raw, 'base64url').toString(),
    );
    if (typeof page !== 'string' || typeof generation !== 'string' || typeof previous !== 'string')
      return undefined;
    if (typeof line !== 'number' || !Number.isSafeInteger(line) || line < 1) return undefined;
    return { generation, line, ...(page !== '' && { page }), ...(previous !== '' && { previous }) };
  } catch {
    return undefined;
  }
}
