import type { Json } from '../client';
import { UsageError } from './usage-error';

/** `--metadata`. @throws UsageError */
export function parseMetadataFlag(text: string | undefined): Json | undefined {
  if (text === undefined) return undefined;
  try {
    return JSON.parse(text);
  } catch {
    // `JSON.parse` throws nothing but SyntaxError.
    throw new UsageError(`--metadata is not JSON: ${text}`);
  }
}

/** Metadata that is no object has no room for a member: merging one in would replace it (RFC 7396). */
export function acceptsMembers(metadata: Json | undefined): boolean {
  return (
    metadata === undefined || (typeof metadata === 'object' && metadata !== null && !Array.isArray(metadata))
  );
}
