import { blockScanner, LITERAL_BYTES_MAX, lineScanner, SCAN_BYTES } from './line-scanner';

/** The bytes of logs, from the most frequent on. All others are rarer. */
const FREQUENT = ' e0ta1oin2srhl3-d:c4.um5fp6g/7w8y9b_,v=kx"';

const [UPPER_A, UPPER_Z, TO_LOWER] = [0x41, 0x5a, 0x20];

/**
 * Of so many bytes, `Buffer.indexOf` skips the most of what it searches and needs no copy. Of fewer it compares too many places, and of
 * more it considers only the last 250 when it skips: then each place may cost a comparison of all of them.
 */
const [SKIPPING_FROM, SKIPPING_TO] = [8, 250];

/** If a slice takes longer, nearly every place in it matches nearly all of the literal, and skipping is no help. */
const SLOW_SLICE_MS = 0.5;

/** A text that is searched in bytes as it is. */
export class Literal {
  readonly #bytes: Buffer;
  readonly #ignoreCase: boolean;
  /** Two rare bytes of it: only where both match, all are compared. */
  readonly #p: number;
  readonly #q: number;

  /**
   * @param ignoreCase of A to Z; other letters are compared as they are
   * @throws RangeError unless it has 1 to `LITERAL_BYTES_MAX` bytes
   */
  constructor(text: Buffer, ignoreCase: boolean) {
    if (text.length === 0 || text.length > LITERAL_BYTES_MAX)
      throw new RangeError(`a literal has 1 to ${LITERAL_BYTES_MAX} bytes`);
    this.#bytes = ignoreCase ? lowerCase(text) : Buffer.from(text);
    this.#ignoreCase = ignoreCase;
    [this.#p, this.#q] = rarest(this.#bytes);
  }

  get length(): number {
    return this.#bytes.length;
  }

  /** Where it is in `bytes`: up to `max` places that do not overlap, the first from `from` on. */
  placesIn(bytes: Buffer, max: number, from = 0): readonly number[] {
    const isSkipping = !this.#ignoreCase && this.length >= SKIPPING_FROM && this.length <= SKIPPING_TO;
    return isSkipping ? this.#skippingPlacesIn(bytes, max, from) : this.#scannedPlacesIn(bytes, max, from);
  }

  /** Whether it is in `bytes`. */
  isIn(bytes: Buffer): boolean {
    return this.#scannedPlacesIn(bytes, 1, 0).length > 0;
  }

  /** Where it is first between two indexes of the block; -1 if it is not there. */
  inBlock(from: number, end: number): number {
    const scanner = blockScanner();
    scanner.loadLiteral(this.#bytes);
    return scanner.find(from, end, this.#loaded);
  }

  get #loaded() {
    return { length: this.length, p: this.#p, q: this.#q, ignoreCase: this.#ignoreCase };
  }

  #skippingPlacesIn(bytes: Buffer, max: number, from: number): readonly number[] {
    const { length } = this;
    const places: number[] = [];
    let next = from;
    for (let at = from; at + length <= bytes.length; at += SCAN_BYTES) {
      const slice = bytes.subarray(at, at + SCAN_BYTES + length - 1);
      const began = performance.now();
      while (places.length < max) {
        const found = slice.indexOf(this.#bytes, Math.max(0, next - at));
        if (found < 0) break;
        places.push(at + found);
        next = at + found + length;
      }
      if (places.length >= max) break;
      if (performance.now() - began > SLOW_SLICE_MS) {
        const rest = Math.max(next, at + SCAN_BYTES);
        return [...places, ...this.#scannedPlacesIn(bytes, max - places.length, rest)];
      }
    }
    return places;
  }

  #scannedPlacesIn(bytes: Buffer, max: number, from: number): readonly number[] {
    const { length } = this;
    const literal = this.#loaded;
    const scanner = lineScanner();
    scanner.loadLiteral(this.#bytes);
    const places: number[] = [];
    let next = from;
    for (let at = from; at + length <= bytes.length; at += SCAN_BYTES) {
      // A match that begins in this slice may end behind it.
      const slice = bytes.subarray(at, at + SCAN_BYTES + length - 1);
      scanner.load(slice);
      while (places.length < max) {
        const found = scanner.find(Math.max(0, next - at), slice.length, literal);
        if (found < 0) break;
        places.push(at + found);
        next = at + found + length;
      }
      if (places.length >= max) break;
    }
    return places;
  }
}

function lowerCase(text: Buffer): Buffer {
  return Buffer.from(text.map((byte) => (byte >= UPPER_A && byte <= UPPER_Z ? byte + TO_LOWER : byte)));
}

/** The places of the two rarest bytes, two different ones if there are. */
function rarest(bytes: Buffer): readonly [number, number] {
  let first = 0;
  for (let i = 1; i < bytes.length; i += 1) if (rarity(bytes[i]) > rarity(bytes[first])) first = i;
  let second = first;
  for (let i = 0; i < bytes.length; i += 1) {
    if (bytes[i] === bytes[first]) continue;
    if (second === first || rarity(bytes[i]) > rarity(bytes[second])) second = i;
  }
  return [first, second === first ? bytes.length - 1 : second];
}

function rarity(byte = 0): number {
  const place = FREQUENT.indexOf(String.fromCharCode(byte));
  return place < 0 ? FREQUENT.length : place;
}
