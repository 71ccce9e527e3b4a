import type { UploadOptions } from '../../client';
import type { Invocation } from './command';
import { parseDuration } from './duration';
import { parseMetadataFlag } from './metadata-flag';

/** Creates the upload's options from those of `send` and `run`. @throws UsageError */
export function uploadOptionsOf({ flags }: Invocation): UploadOptions {
  const metadata = parseMetadataFlag(flags.text('metadata'));
  const giveUpAfter = flags.text('give-up-after');
  return {
    existing: flags.choice('force') ? 'replace' : 'refuse',
    ...(metadata !== undefined && { metadata }),
    ...(giveUpAfter !== undefined && { giveUpAfterMs: parseDuration(giveUpAfter, '--give-up-after') }),
  };
}
