import { toList, unexpected } from './reply';
import { Bulk, type Reply } from './reply-reader';

/** A stream entry with one field, as this program writes all entries. */
export interface StreamEntry {
  readonly id: string;
  readonly field: string;
  readonly value: readonly Buffer[];
}

/** Parses the reply of XRANGE. @throws LogError `STORE_DAMAGED` for another reply */
export function parseRangeReply(reply: Reply): readonly StreamEntry[] {
  return toList(reply).map((entry) => {
    const [id, fields] = toList(entry);
    const [field, value] = toList(fields);
    return value instanceof Bulk
      ? { id: String(id), field: String(field), value: value.parts }
      : unexpected(id);
  });
}
