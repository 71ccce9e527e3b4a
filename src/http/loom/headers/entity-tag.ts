import type { LogInfo } from '../../../core/log/log';
import { wireGeneration } from '../../../core/log/loss';
import { codedTag } from '../../headers/coded-tag';
import type { CurrentRepresentation } from '../../headers/preconditions';

/** The `ETag` of a stream: of a closed one, whose content never changes. */
export function entityTag(info: LogInfo): string | undefined {
  return info.state === 'closed' ? `"${wireGeneration(info)}-${info.tail}"` : undefined;
}

/** What the conditions of a request are compared with. */
export function representationOf(
  { id }: Pick<LogInfo, 'id'>,
  etag: string | undefined,
): CurrentRepresentation {
  return etag === undefined ? { id } : { id, etag, codedEtags: [codedTag(etag, 'gzip')] };
}
