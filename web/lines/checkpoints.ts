import { GrowingArray } from './growing-array';

/** Of more, every second one goes: half a megabyte, however long a log becomes. */
const MAX_MARKS = 65_536;

/** Where lines begin: every so many lines an offset. It says nothing about the bytes, and takes 8 bytes per 1,000 lines. */
export class Checkpoints {
  #lines = new GrowingArray();
  #offsets = new GrowingArray();
  #lastLine = 0;
  #lastOffset = 0;

  constructor(private step = 1_000) {}

  /** How many there are. */
  get size(): number {
    return this.#lines.length;
  }

  /** A line of which the offset is known. The lines ascend; those that are not at a step are left out. */
  add(line: number, offset: number): void {
    if ((line - 1) % this.step !== 0 || line <= this.#lines.at(this.#lines.length - 1)) return;
    this.#lines.push(line);
    this.#offsets.push(offset);
    if (this.#lines.length > MAX_MARKS) this.#thin();
  }

  /** How many lines and bytes there are by now. */
  setEnd(lines: number, bytes: number): void {
    this.#lastLine = lines;
    this.#lastOffset = bytes;
  }

  /** Exact at a checkpoint, in proportion between. */
  offsetOf(line: number): number {
    if (line > this.#lastLine) return this.#lastOffset;
    const at = this.#lines.lastAtMost(line);
    if (at < 0) return 0;
    const [fromLine, fromOffset] = [this.#lines.at(at), this.#offsets.at(at)];
    const isLast = at + 1 === this.#lines.length;
    const toLine = isLast ? this.#lastLine + 1 : this.#lines.at(at + 1);
    const toOffset = isLast ? this.#lastOffset : this.#offsets.at(at + 1);
    if (toLine <= fromLine) return fromOffset;
    return Math.round(fromOffset + ((toOffset - fromOffset) * (line - fromLine)) / (toLine - fromLine));
  }

  #thin(): void {
    this.step *= 2;
    const [lines, offsets] = [new GrowingArray(MAX_MARKS), new GrowingArray(MAX_MARKS)];
    for (let at = 0; at < this.#lines.length; at += 1) {
      if ((this.#lines.at(at) - 1) % this.step !== 0) continue;
      lines.push(this.#lines.at(at));
      offsets.push(this.#offsets.at(at));
    }
    this.#lines = lines;
    this.#offsets = offsets;
  }
}
