/** What is left of `chunks` without their first `bytes`. */
export function skipBytes(chunks: readonly Buffer[], bytes: number): readonly Buffer[] {
  let skip = bytes;
  let whole = 0;
  for (const chunk of chunks) {
    if (chunk.length > skip) break;
    skip -= chunk.length;
    whole += 1;
  }
  const cut = chunks[whole];
  if (cut === undefined) return [];
  return skip === 0 ? chunks.slice(whole) : [cut.subarray(skip), ...chunks.slice(whole + 1)];
}
