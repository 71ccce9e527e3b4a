import type { Json } from '../../client';
import { UsageError } from './usage-error';

/** Parses the value of `--metadata`. @throws UsageError */
export function parseMetadataFlag(text: string | undefined): Json | undefined {
  if (text === undefined) return undefined;
  try {
    return JSON.parse(text);
  } catch {
    // `JSON.parse` throws only SyntaxError.
    throw new UsageError(`--metadata is not JSON: ${text}`);
  }
}

/** Whether a member can be merged into the metadata. Merging into a value that is not an object replaces it (RFC 7396). */
export function acceptsMembers(metadata: Json | undefined): boolean {
  return (
    metadata === undefined || (typeof metadata === 'object' && metadata !== null && !Array.isArray(metadata))
  );
}
