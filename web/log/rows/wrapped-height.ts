import type { LogSource } from '../../lines/log-source';

/**
 * How many rows of text a line takes on average when it is wrapped, from how many bytes these lines have.
 * @param columns how many characters fit in a row
 */
export function wrappedHeight(
  source: Pick<LogSource, 'estimateOffset'>,
  { from, to }: { readonly from: number; readonly to: number },
  columns: number,
): number {
  if (to <= from || columns <= 0) return 1;
  const bytes = (source.estimateOffset(to) - source.estimateOffset(from)) / (to - from);
  return Math.max(1, bytes / columns);
}
