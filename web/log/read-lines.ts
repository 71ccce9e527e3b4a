import type { LineRange } from '../address/page-address';
import { tokenize } from '../ansi/tokenize';
import { pathOf } from '../lines/stream-path';
import { request } from '../shell/api';
import { textOf } from '../shell/body-text';

/** More than this is a download and not a copy. */
const CHARACTERS_MAX = 16 * 1024 * 1024;

/** The visible text of lines of a stream. `isCut`: there are more than can be copied, and these are the first ones. */
export async function readLines(
  id: string,
  { from, to }: LineRange,
  generation: string | undefined,
  signal?: AbortSignal,
): Promise<{ readonly texts: readonly string[]; readonly isCut: boolean }> {
  const path = pathOf(id, '', { line: from, lines: to - from + 1, notail: true, generation });
  const response = await request(path, { ...(signal && { signal }) });
  let text = '';
  let isCut = false;
  for await (const part of textOf(response)) {
    text += part;
    isCut = text.length > CHARACTERS_MAX;
    if (isCut) break;
  }
  const lines = text.slice(0, CHARACTERS_MAX).split('\n');
  if (!isCut && text.endsWith('\n')) lines.pop();
  return { texts: lines.map((line) => tokenize(line, undefined, line.length).text), isCut };
}
