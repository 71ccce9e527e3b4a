declare const brand: unique symbol;

/** A position between two bytes of a log. Zero is the start; the tail is the log's length. */
export type Offset = number & { readonly [brand]: 'Offset' };

export const START = 0 as Offset;

/** The largest offset a log may reach: beyond it a JavaScript number no longer counts single bytes. */
export const OFFSET_MAX = Number.MAX_SAFE_INTEGER as Offset;

export function advance(from: Offset, bytes: number): Offset {
  return (from + bytes) as Offset;
}

/** @returns `undefined` unless `text` is a plain decimal (RFC 9110 has no signs, no exponents) within range. */
export function parseOffset(text: string): Offset | undefined {
  if (!/^\d{1,16}$/.test(text)) return undefined;
  const value = Number(text);
  return value <= OFFSET_MAX ? (value as Offset) : undefined;
}
