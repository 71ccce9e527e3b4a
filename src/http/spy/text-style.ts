// biome-ignore lint/suspicious/noControlCharactersInRegex: ESC begins an escape sequence.
const SGR = /^(?:\u001b\[|\u009b)([0-9;:]*)m$/;

/** The attributes that one parameter turns on, and the ones that turn it off again. Colours are handled apart. */
const ATTRIBUTES = new Set([1, 2, 3, 4, 5, 6, 7, 8, 9, 20, 21, 26, 51, 52, 53]);
const OFF: Readonly<Record<number, readonly number[]>> = {
  22: [1, 2],
  23: [3, 20],
  24: [4, 21],
  25: [5, 6],
  27: [7],
  28: [8],
  29: [9],
  50: [26],
  54: [51, 52],
  55: [53],
};
/** The only attribute with variants: straight, double, curly and so on. */
const UNDERLINE = /^4:\d$/;
const COLOR_KINDS: Readonly<Record<number, 'text' | 'background' | 'underline'>> = {
  38: 'text',
  48: 'background',
  58: 'underline',
};

/** `58:2::255:255:255` and a little more. What is on is written again before each line, so that its length is multiplied. */
const COLOR_LENGTH_MAX = 32;
/** A colour beyond that counts as the default. */
const DEFAULT_COLORS = { text: '39', background: '49', underline: '59' } as const;

/** What SGR sequences (ECMA-48, 8.3.117) have left on: colours, bold, underline and so on. */
export class TextStyle {
  readonly #attributes = new Map<number, string>();
  readonly #colors = new Map<'text' | 'background' | 'underline', string>();

  /** The sequence that turns on what is on now; empty if nothing is. */
  get sequence(): string {
    const parameters = [...this.#attributes.values(), ...this.#colors.values()];
    return parameters.length === 0 ? '' : `\x1b[${parameters.join(';')}m`;
  }

  get hasTextColor(): boolean {
    return this.#colors.has('text');
  }

  /** Takes the effect of a sequence into account. @returns whether it is SGR */
  apply(sequence: string): boolean {
    const parameters = SGR.exec(sequence)?.[1];
    if (parameters === undefined) return false;
    const queue = parameters.split(';');
    for (let at = 0; at < queue.length; ) at += this.#applyFrom(queue, at);
    return true;
  }

  /** @returns how many parameters were used up */
  #applyFrom(queue: readonly string[], at: number): number {
    const parameter = queue[at] ?? '';
    const code = Number.parseInt(parameter || '0', 10);
    const kind = COLOR_KINDS[code];
    if (kind !== undefined) {
      // 38:2::r:g:b is one parameter, 38;5;n are three, 38;2;r;g;b are five.
      const used = parameter.includes(':') ? 1 : lengthOfColor(queue[at + 1]);
      const color = queue.slice(at, at + used).join(';');
      this.#colors.set(kind, color.length > COLOR_LENGTH_MAX ? DEFAULT_COLORS[kind] : color);
      return used;
    }
    this.#applySimple(code, parameter);
    return 1;
  }

  #applySimple(code: number, parameter: string): void {
    if (code === 0) {
      this.#attributes.clear();
      this.#colors.clear();
    } else if (code === 4 && parameter === '4:0') this.#attributes.delete(4);
    else if (ATTRIBUTES.has(code))
      this.#attributes.set(code, UNDERLINE.test(parameter) ? parameter : `${code}`);
    else if (isBetween(code, 30, 37) || isBetween(code, 90, 97)) this.#colors.set('text', `${code}`);
    else if (isBetween(code, 40, 47) || isBetween(code, 100, 107)) this.#colors.set('background', `${code}`);
    else if (code === 39) this.#colors.delete('text');
    else if (code === 49) this.#colors.delete('background');
    else if (code === 59) this.#colors.delete('underline');
    else for (const attribute of OFF[code] ?? []) this.#attributes.delete(attribute);
  }
}

function lengthOfColor(mode: string | undefined): number {
  if (mode === '5') return 3;
  return mode === '2' ? 5 : 1;
}

function isBetween(code: number, least: number, most: number): boolean {
  return code >= least && code <= most;
}
