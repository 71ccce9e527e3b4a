import type { FactsChange } from './stored-facts';

/** What a change writes beside the record: a page of names, which are not in the order of the logs, and parts of pages that logs share. */
const INDEX_BYTES = 4096 + 1024;

/**
 * Divides changes into transactions that write about `bytesMax` each, in their order. LMDB syncs each transaction, so that thousands of
 * small ones take as long as thousands of syncs. A change that is larger than that has a transaction of its own.
 */
export function* transactionBatches<T extends FactsChange>(
  changes: readonly T[],
  bytesMax: number,
): Generator<readonly T[], void> {
  let batch: T[] = [];
  let bytes = 0;
  for (const change of changes) {
    const more = bytesOf(change);
    if (batch.length > 0 && bytes + more > bytesMax) {
      yield batch;
      batch = [];
      bytes = 0;
    }
    batch.push(change);
    bytes += more;
  }
  if (batch.length > 0) yield batch;
}

function bytesOf({ before, after = before }: FactsChange): number {
  return INDEX_BYTES + Buffer.byteLength(JSON.stringify(after) ?? '');
}
