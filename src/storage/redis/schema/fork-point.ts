import type { ForkPoint } from '../../../core/log/log';
import { parseLogId } from '../../../core/log/log-id';
import { advance, START } from '../../../core/log/offset';
import { toNumber, unexpected } from '../../../redis/resp/reply';

/** `<generation of the source>:<offset>:<id of the source>` */
export function formatForkPoint({ source, at }: ForkPoint): string {
  return `${source.generation}:${at}:${source.id}`;
}

export function parseForkPoint(text: string): ForkPoint {
  const [, generation, at, id] = /^([^:]+):(\d+):(.+)$/s.exec(text) ?? [];
  if (generation === undefined || id === undefined) return unexpected(text);
  return { source: { id: parseLogId(id), generation }, at: advance(START, toNumber(at)) };
}
