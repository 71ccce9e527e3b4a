import { tokenize } from '../../ansi/tokenize';
import { ndjsonOf } from '../../lines/ndjson';
import { pathOf } from '../../lines/stream-path';
import type { SearchQuery } from '../../search/log-search';
import { request } from '../../shell/api';
import { textOf } from '../../shell/body-text';
import { h } from '../../shell/h';

/** Text is put aside in pieces of this size: blobs are kept outside the heap. */
const PIECE_LENGTH = 4 * 1024 * 1024;

/** The bytes as they are. By fetch, because an address cannot have a token in it. */
export async function downloadRaw(id: string, signal?: AbortSignal): Promise<void> {
  const response = await request(pathOf(id, '', { notail: true }), init(signal));
  save(await response.blob(), `${nameOf(id)}.log`);
}

/** One line as it is, however long. */
export async function downloadLine(id: string, line: number, generation: string | undefined): Promise<void> {
  const response = await request(pathOf(id, '', { line, lines: 1, notail: true, generation }));
  save(await response.blob(), `${nameOf(id)}-L${line}.log`);
}

/** The text without colours and other escape sequences. */
export async function downloadPlain(id: string, signal?: AbortSignal): Promise<void> {
  const response = await request(pathOf(id, '', { notail: true }), init(signal));
  save(await gather(linesOf(response), plain), `${nameOf(id)}.txt`);
}

/** The lines that a search finds, as text: all of them, in answers with as many as the server gives. */
export async function downloadMatches(id: string, query: SearchQuery, signal?: AbortSignal): Promise<void> {
  save(await gather(matchesOf(id, query, signal), (line) => line), `${nameOf(id)}-matches.txt`);
}

async function* matchesOf(
  id: string,
  { text, matchCase, isRegex }: SearchQuery,
  signal: AbortSignal | undefined,
): AsyncGenerator<string[], void> {
  for (let line: number | undefined = 1; line !== undefined; ) {
    const query = {
      q: text,
      ignoreCase: !matchCase || undefined,
      regex: isRegex || undefined,
      limit: 10_000,
      line,
    };
    line = undefined;
    const response = await request(pathOf(id, '/matches', query), init(signal));
    for await (const object of ndjsonOf<{ line?: number; text?: string; next?: number; error?: string }>(
      response,
    )) {
      if (object.error !== undefined) throw new Error(object.error);
      if (object.line === undefined) line = object.next;
      else yield [plain(object.text ?? '')];
    }
  }
}

function init(signal: AbortSignal | undefined): { signal?: AbortSignal } {
  return signal === undefined ? {} : { signal };
}

async function* linesOf(response: Response): AsyncGenerator<string[], void> {
  let rest = '';
  for await (const text of textOf(response)) {
    const lines = (rest + text).split('\n');
    rest = lines.pop() ?? '';
    yield lines;
  }
  if (rest !== '') yield [rest];
}

async function gather(
  parts: AsyncIterable<readonly string[]>,
  convert: (line: string) => string | undefined,
): Promise<Blob> {
  const pieces: Blob[] = [];
  let text = '';
  for await (const lines of parts) {
    for (const line of lines) {
      const converted = convert(line);
      if (converted !== undefined) text += `${converted}\n`;
    }
    if (text.length < PIECE_LENGTH) continue;
    pieces.push(new Blob([text]));
    text = '';
  }
  return new Blob([...pieces, text], { type: 'text/plain' });
}

function plain(line: string): string {
  return tokenize(line, undefined, line.length).text;
}

function save(blob: Blob, name: string): void {
  const url = URL.createObjectURL(blob);
  const link = h('a', { href: url, download: name });
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}

function nameOf(id: string): string {
  return id.replace(/[^\w.-]+/g, '_').slice(0, 100) || 'stream';
}
