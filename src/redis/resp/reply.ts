import type { JsonValue } from '../../core/json/json';
import { LogError } from '../../core/log/errors';

/** Checks and converts replies of Redis. They throw LogError `STORE_DAMAGED` for a reply of another form, which this store did not write. */

export function toText(reply: unknown): string {
  if (typeof reply === 'string') return reply;
  if (typeof reply === 'number') return String(reply);
  if (Buffer.isBuffer(reply)) return reply.toString();
  return unexpected(reply);
}

export function toList(reply: unknown): readonly unknown[] {
  return Array.isArray(reply) ? reply : unexpected(reply);
}

export function toTexts(reply: unknown): readonly string[] {
  return toList(reply).map(toText);
}

export function toNumber(reply: unknown): number {
  const value = Number(reply);
  return Number.isSafeInteger(value) ? value : unexpected(reply);
}

/** @param reply a flat list of names and values */
export function toMap(reply: unknown): ReadonlyMap<string, string> {
  const flat = toTexts(reply);
  const map = new Map<string, string>();
  for (let i = 0; i < flat.length; i += 2) map.set(flat[i] ?? '', flat[i + 1] ?? '');
  return map;
}

/** @param text that was stored as JSON */
export function parseStoredJson(text: string): JsonValue {
  try {
    const value: JsonValue = JSON.parse(text);
    return value;
  } catch {
    // `JSON.parse` throws only SyntaxError.
    return unexpected(text);
  }
}

export function unexpected(reply: unknown): never {
  throw new LogError('STORE_DAMAGED', `Redis holds something unexpected: ${describe(reply)}`);
}

function describe(reply: unknown): string {
  return (JSON.stringify(reply) ?? String(reply)).slice(0, 200);
}
