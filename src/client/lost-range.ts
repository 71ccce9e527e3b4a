import { memberOf, tryParseJson } from './json';

/** Bytes of a stream that a reader has and the server has no more. Others take their place, from `from` on. */
export interface LostRange {
  readonly from: number;
  readonly to: number;
}

/** `lost` of an answer that says so. */
export function parseLostRange(text: string): LostRange | undefined {
  const lost = memberOf(tryParseJson(text), 'lost');
  const [from, to] = [memberOf(lost, 'from'), memberOf(lost, 'to')];
  return isOffset(from) && isOffset(to) ? { from, to } : undefined;
}

/**
 * Which life of its id a stream is in: what stays of a generation when the server has lost bytes. Everything else about a generation is
 * for the server to compare.
 */
export function baseGeneration(generation: string): string {
  return generation.split('.', 1)[0] ?? generation;
}

function isOffset(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
}
