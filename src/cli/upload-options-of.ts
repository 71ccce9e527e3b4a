import type { UploadOptions } from '../client';
import type { Invocation } from './command';
import { parseDuration } from './duration';
import { parseMetadataFlag } from './metadata-flag';

/** What the options of `send` and `run` say about the upload. @throws UsageError */
export function uploadOptionsOf({ flags }: Invocation): UploadOptions {
  const metadata = parseMetadataFlag(flags.text('metadata'));
  const giveUpAfter = flags.text('give-up-after');
  return {
    existing: flags.choice('force') ? 'replace' : 'refuse',
    ...(metadata !== undefined && { metadata }),
    ...(giveUpAfter !== undefined && { giveUpAfterMs: parseDuration(giveUpAfter) }),
  };
}
