import type { LogInfo } from '../../../core/log/log';
import { wireGeneration } from '../../../core/log/loss';

/** The `ETag` of a stream: of a closed one, whose content never changes. */
export function entityTag(info: LogInfo): string | undefined {
  return info.state === 'closed' ? `"${wireGeneration(info)}-${info.tail}"` : undefined;
}
