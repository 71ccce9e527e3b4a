import { createHash } from 'node:crypto';
import type { LogId } from '../../core/log/log-id';

/** Red to cyan, and their bright forms: neither black nor white, nor a grey between them. */
const BASIC = [31, 32, 33, 34, 35, 36, 91, 92, 93, 94, 95, 96].map(String);

/** The 6 × 6 × 6 cube of the 256-colour palette, without what is too dark, too pale or too grey to be distinguished. */
const RING = Array.from({ length: 216 }, (_, place) => place)
  .filter(isDistinct)
  .map((place) => `38;5;${16 + place}`);

/** Gives each live stream of a spy its own colour. That of its id comes first, then the next basic one, then one of the ring. */
export class Colors {
  readonly #takenBy = new Map<string, LogId>();
  readonly #colorOf = new Map<LogId, string>();

  /** The SGR parameters of the colour, such as `31` or `38;5;208`. They stay the same until `release`. */
  of(id: LogId): string {
    const color = this.#colorOf.get(id) ?? this.#free(id);
    this.#colorOf.set(id, color);
    if (!this.#takenBy.has(color)) this.#takenBy.set(color, id);
    return color;
  }

  /** The stream has ended. Its colour is free for others. */
  release(id: LogId): void {
    const color = this.#colorOf.get(id);
    if (color === undefined) return;
    this.#colorOf.delete(id);
    if (this.#takenBy.get(color) === id) this.#takenBy.delete(color);
  }

  #free(id: LogId): string {
    const digest = createHash('sha256').update(id).digest();
    const own = digest.readUInt8(0) % BASIC.length;
    const inRing = digest.readUInt16BE(1) % RING.length;
    const candidates = [...rotated(BASIC, own), ...rotated(RING, inRing)];
    return candidates.find((color) => !this.#takenBy.has(color)) ?? candidates[0] ?? '';
  }
}

function isDistinct(place: number): boolean {
  const levels = [Math.floor(place / 36), Math.floor(place / 6) % 6, place % 6];
  const [most, least] = [Math.max(...levels), Math.min(...levels)];
  return most >= 2 && least <= 3 && most > least;
}

function rotated<T>(items: readonly T[], by: number): readonly T[] {
  return [...items.slice(by), ...items.slice(0, by)];
}
