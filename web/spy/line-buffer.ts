import { Deque } from './deque';
import type { SpyLine } from './spy-line';

/** How many lines the page keeps. */
export const LINES_MAX = 20_000;
/** How many UTF-16 units of text, however long the lines are. */
const TEXT_MAX = 8_000_000;

/** Says whether a line is shown. */
export type LineFilter = (line: SpyLine) => boolean;

/** The newest lines, and those of them that the filter lets through. Older ones are dropped. */
export class LineBuffer {
  #all = new Deque<SpyLine>();
  #shown = new Deque<SpyLine>();
  #filter: LineFilter = () => true;
  #textLength = 0;
  /** How many shown lines were dropped. The list keeps its place by it. */
  #dropped = 0;

  get shown(): Deque<SpyLine> {
    return this.#shown;
  }

  get length(): number {
    return this.#all.length;
  }

  /** Of shown lines, since the last call. */
  takeDropped(): number {
    const dropped = this.#dropped;
    this.#dropped = 0;
    return dropped;
  }

  add(line: SpyLine): void {
    this.#all.push(line);
    line.counted = 0;
    this.#count(line);
    if (this.#filter(line)) this.#shown.push(line);
    this.#dropOldest();
  }

  /** A line has more text now, so that the filter may let it through. It may be in another buffer, or dropped. */
  grown(line: SpyLine): void {
    const { key } = line;
    const last = this.#all.at(this.#all.length - 1);
    if (this.#all.first === undefined || key < this.#all.first.key || key > (last?.key ?? -1)) return;
    this.#count(line);
    this.#dropOldest();
    if (key < (this.#all.first?.key ?? Number.POSITIVE_INFINITY) || !this.#filter(line)) return;
    const place = this.firstAfter(key - 1);
    if (this.#shown.at(place)?.key !== key) this.#shown.insert(place, line);
  }

  /** The place of the first shown line whose key is larger. By halves, since keys rise. */
  firstAfter(key: number): number {
    let [low, high] = [0, this.#shown.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#shown.at(middle)?.key ?? 0) <= key) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  setFilter(filter: LineFilter): void {
    this.#filter = filter;
    this.#shown = new Deque();
    for (const line of this.#all) if (filter(line)) this.#shown.push(line);
    this.#dropped = 0;
  }

  clear(): void {
    this.#all = new Deque();
    this.#shown = new Deque();
    this.#textLength = 0;
    this.#dropped = 0;
  }

  #count(line: SpyLine): void {
    this.#textLength += line.text.length - line.counted;
    line.counted = line.text.length;
  }

  #dropOldest(): void {
    while (this.#all.length > LINES_MAX || this.#textLength > TEXT_MAX) this.#drop();
  }

  #drop(): void {
    const line = this.#all.shift();
    if (line === undefined) return;
    this.#textLength -= line.counted;
    if (this.#shown.first !== line) return;
    this.#shown.shift();
    this.#dropped += 1;
  }
}
