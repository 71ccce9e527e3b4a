import { memberOf, membersOf, tryParseJson } from './json';

/** Bytes that a reader has and the server has lost. The stream continues at `from` with other bytes. */
export interface LostRange {
  readonly from: number;
  readonly to: number;
}

/** Reads `lost` in the body of an answer. */
export function parseLostRange(text: string): LostRange | undefined {
  const lost = memberOf(tryParseJson(text), 'lost');
  const { from, to } = membersOf(lost, { from: 'number', to: 'number' });
  return isOffset(from) && isOffset(to) ? { from, to } : undefined;
}

/** The part of a generation that stays the same when the server loses bytes. Only the server compares the rest. */
export function baseGeneration(generation: string): string {
  return generation.split('.', 1)[0] ?? generation;
}

function isOffset(value: number | undefined): value is number {
  return Number.isSafeInteger(value) && Number(value) >= 0;
}
