import { notOfLoom } from './errors';
import { tryParseJson } from './json';
import { olderServer } from './older-server';

export const NDJSON = 'application/x-ndjson';

/** Splits an answer of newline-delimited JSON into its values. The pieces may be cut anywhere. */
export class NdjsonSplitter {
  readonly #decoder = new TextDecoder();
  #rest = '';

  /** @throws LoomClientError `REFUSED` for a line that is not JSON */
  *push(piece: Uint8Array): Generator<unknown, void> {
    const text = this.#rest + this.#decoder.decode(piece, { stream: true });
    let begin = 0;
    for (let end = text.indexOf('\n'); end !== -1; end = text.indexOf('\n', begin)) {
      const line = text.slice(begin, end);
      begin = end + 1;
      // An empty line keeps a quiet connection open.
      if (line.trim() !== '') yield parse(line);
    }
    this.#rest = text.slice(begin);
  }
}

/** An older server or another program answers in its own format. @throws LoomClientError `REFUSED` */
export function assertNdjson(headers: Headers, what: string): void {
  if (headers.get('Content-Type')?.startsWith(NDJSON)) return;
  throw olderServer(what);
}

function parse(line: string): unknown {
  const value = tryParseJson(line);
  if (value === undefined) throw notOfLoom('JSON');
  return value;
}
