import type { UploadOptions } from '../../client';
import type { Invocation } from './command';
import { parseDuration } from './duration';
import { parseMetadataFlag } from './metadata-flag';
import { UsageError } from './usage-error';

/** Creates the upload's options from those of `send` and `run`. @throws UsageError */
export function uploadOptionsOf({ flags }: Invocation): UploadOptions {
  const metadata = parseMetadataFlag(flags.text('metadata'));
  const giveUpAfter = flags.text('give-up-after');
  return {
    contentType: contentTypeOf(flags.text('content-type')),
    existing: flags.choice('force') ? 'replace' : 'refuse',
    ...(metadata !== undefined && { metadata }),
    ...(giveUpAfter !== undefined && { giveUpAfterMs: parseDuration(giveUpAfter, '--give-up-after') }),
  };
}

/** What commands print. */
const TEXT = 'text/plain; charset=utf-8';

/** @throws UsageError */
function contentTypeOf(text = TEXT): string {
  if (/^[\w!#$&^.+-]+\/[\w!#$&^.+-]+(?:[ \t]*;[\x20-\x7e]*)?$/.test(text)) return text;
  throw new UsageError(`--content-type must be a media type such as ${TEXT}: "${text}"`);
}
