import { PLAIN, type Style } from '../ansi/span';
import { styleAfter } from '../ansi/tokenize';
import type { SendRequest } from './send-request';
import { pathOf } from './stream-path';

/** A style that was set further back and never reset is not seen. */
export const LOOK_BACK_BYTES = 65_536;

const RESETS = ['\u001b[m', '\u001b[0m', '\u001bc'] as const;

/** The style at the end of some text, of which the begin may be missing: it begins at the last full reset, if there is one. */
export function styleAtEnd(text: string): Style {
  const reset = Math.max(0, ...RESETS.map((sequence) => text.lastIndexOf(sequence)));
  return text
    .slice(reset)
    .split('\n')
    .reduce<Style>((style, line) => styleAfter(line, style), PLAIN);
}

/** Reads the bytes before an offset, and what style they leave. @throws ApiError; an `AbortError` of the signal */
export async function lookBack(
  send: SendRequest,
  { id, generation }: { readonly id: string; readonly generation: string | undefined },
  offset: number,
  signal: AbortSignal,
): Promise<Style> {
  const from = Math.max(0, offset - LOOK_BACK_BYTES);
  const parameters = { offset: from, length: offset - from, generation, notail: true } as const;
  const response = await send(pathOf(id, '', parameters), { signal });
  return styleAtEnd(await response.text());
}
