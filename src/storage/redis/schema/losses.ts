import type { Loss } from '../../../core/log/loss';
import { advance, START } from '../../../core/log/offset';
import { parseStoredJson, toList, toNumber, unexpected } from '../../../redis/resp/reply';

/** The field `losses` of a log's facts: a JSON list of objects, the oldest first. */
export function formatLosses(losses: readonly Loss[]): string {
  return JSON.stringify(losses);
}

export function parseLosses(text: string): readonly Loss[] {
  return toList(parseStoredJson(text)).map(toLoss);
}

function toLoss(item: unknown): Loss {
  if (typeof item !== 'object' || item === null) return unexpected(item);
  const fields = new Map<string, unknown>(Object.entries(item));
  const field = (name: keyof Loss): number => toNumber(fields.get(name));
  return {
    number: field('number'),
    from: advance(START, field('from')),
    to: advance(START, field('to')),
    at: field('at'),
  };
}
