const LF = 0x0a;

/** How many newlines `bytes` have. */
export function countNewlines(bytes: Buffer): number {
  let count = 0;
  for (let i = bytes.indexOf(LF); i >= 0; i = bytes.indexOf(LF, i + 1)) count += 1;
  return count;
}

/** The index after the `count`th newline of `bytes`. @returns `undefined` if they have fewer */
export function afterNewlines(bytes: Buffer, count: number): number | undefined {
  let index = 0;
  for (let left = count; left > 0; left -= 1) {
    index = bytes.indexOf(LF, index) + 1;
    if (index === 0) return undefined;
  }
  return index;
}

/** Whether a line begins behind `bytes`. */
export function endsInNewline(bytes: Buffer): boolean {
  return bytes.at(-1) === LF;
}
