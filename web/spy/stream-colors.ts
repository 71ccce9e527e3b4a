/** As many as `tokens.css` has. */
const COLORS = 12;

/** A colour for each live stream: its own if that is free, otherwise the next free one. If all are taken, streams share them. */
export class StreamColors {
  readonly #colors = new Map<string, number>();
  readonly #users = Array.from({ length: COLORS }, () => 0);

  of(id: string): number {
    const known = this.#colors.get(id);
    if (known !== undefined) return known;
    const own = hash(id) % COLORS;
    const order = Array.from({ length: COLORS }, (_, step) => (own + step) % COLORS);
    const fewest = Math.min(...this.#users);
    const color = order.find((one) => this.#users[one] === fewest) ?? own;
    this.#colors.set(id, color);
    this.#users[color] = fewest + 1;
    return color;
  }

  release(id: string): void {
    const color = this.#colors.get(id);
    if (color === undefined) return;
    this.#colors.delete(id);
    this.#users[color] = (this.#users[color] ?? 1) - 1;
  }
}

function hash(id: string): number {
  let sum = 0;
  for (let at = 0; at < id.length; at++) sum = (Math.imul(sum, 31) + id.charCodeAt(at)) >>> 0;
  return sum;
}
