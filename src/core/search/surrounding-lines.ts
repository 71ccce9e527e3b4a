const LF = 0x0a;

/** A line that waits for the lines after it. */
export interface AwaitingLines<Found> {
  readonly found: Found;
  readonly after: string[];
}

/** The lines around those that a search finds, across the borders of blocks. */
export class SurroundingLines<Found> {
  /** The last lines before the block. */
  #recent: readonly string[] = [];
  readonly #waiting: AwaitingLines<Found>[] = [];

  /**
   * @param count how many lines before, and after
   * @param textOf a line without its newline
   */
  constructor(
    private readonly count: number,
    private readonly textOf: (line: Buffer) => string,
  ) {}

  /** Takes the lines of the next block for those that wait. */
  beginBlock(block: Buffer): void {
    for (const { after } of this.#waiting) this.#addAfter(after, block, 0);
  }

  endBlock(block: Buffer): void {
    if (this.count > 0) this.#recent = this.before(block, block.length + (block.at(-1) === LF ? 0 : 1));
  }

  /** The lines before the one that begins at `begin`. */
  before(block: Buffer, begin: number): readonly string[] {
    const lines: string[] = [];
    for (let next = begin; next > 0 && lines.length < this.count; ) {
      const end = next - 1;
      const from = end === 0 ? 0 : block.lastIndexOf(LF, end - 1) + 1;
      lines.push(this.textOf(block.subarray(from, end)));
      next = from;
    }
    const missing = this.count - lines.length;
    return [...(missing > 0 ? this.#recent.slice(-missing) : []), ...lines.reverse()];
  }

  /** @param next the index in the block after the line */
  add(found: Found, block: Buffer, next: number): void {
    const after: string[] = [];
    this.#addAfter(after, block, next);
    this.#waiting.push({ found, after });
  }

  /** The first one that has all lines after it. */
  takeComplete(): AwaitingLines<Found> | undefined {
    const [first] = this.#waiting;
    return first !== undefined && first.after.length >= this.count ? this.takeFirst() : undefined;
  }

  /** The first one, with the lines after it that there are. */
  takeFirst(): AwaitingLines<Found> | undefined {
    return this.#waiting.shift();
  }

  #addAfter(after: string[], block: Buffer, from: number): void {
    for (let begin = from; begin < block.length && after.length < this.count; ) {
      const newline = block.indexOf(LF, begin);
      const end = newline < 0 ? block.length : newline;
      after.push(this.textOf(block.subarray(begin, end)));
      begin = end + 1;
    }
  }
}
