import { toList, unexpected } from './reply';
import { Bulk, type Reply } from './reply-reader';

/** An entry of a stream that has one field, as all of ours have. */
export interface StreamEntry {
  readonly id: string;
  readonly field: string;
  readonly value: readonly Buffer[];
}

/** What XRANGE answered. @throws LogError `STORE_DAMAGED` for anything else */
export function parseRangeReply(reply: Reply): readonly StreamEntry[] {
  return toList(reply).map((entry) => {
    const [id, fields] = toList(entry);
    const [field, value] = toList(fields);
    return value instanceof Bulk
      ? { id: String(id), field: String(field), value: value.parts }
      : unexpected(id);
  });
}
