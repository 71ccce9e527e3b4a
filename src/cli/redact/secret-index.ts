import { formsOf, SECRET_BYTES_MIN } from './secret-forms';

/** A value that must not leave the machine. */
export interface Secret {
  /** What the summary calls it, such as the name of its variable. */
  readonly name: string;
  readonly value: Buffer;
}

interface SecretForm {
  readonly bytes: Buffer;
  /** The names of the secrets that have this form. */
  readonly names: readonly string[];
}

/** A place in a text at which a secret was found. */
export interface SecretMatch {
  readonly from: number;
  readonly to: number;
  readonly names: readonly string[];
}

/** What a search has found. */
export interface SecretSearch {
  /** In the order of their beginnings. They may overlap. */
  readonly matches: readonly SecretMatch[];
  /** Where the first secret may begin of which only a part is there: the length of the text if there is none. */
  readonly decided: number;
}

/** A window without any two neighbouring bytes of a secret's beginning moves by this many bytes. */
const SHIFT_MAX = SECRET_BYTES_MIN - 1;
const PAIRS = 0x10000;
const NONE: readonly SecretForm[] = [];

/**
 * Finds all forms of all secrets. A window of SECRET_BYTES_MIN bytes moves over the text (Wu and Manber): its last two bytes say how far the
 * next window is in which a form can begin. So most bytes are not looked at.
 */
export class SecretIndex {
  /** By two bytes: how far the window moves. 0: a form may begin here. */
  readonly #shifts = new Uint8Array(PAIRS).fill(SHIFT_MAX);
  /** The forms by their first four bytes. */
  readonly #forms = new Map<number, SecretForm[]>();
  /** Every beginning of a form that is shorter than the window. */
  readonly #beginnings = new Set<string>();

  constructor(secrets: readonly Secret[]) {
    const names = new Map<string, Set<string>>();
    for (const { name, value } of secrets) {
      for (const form of formsOf(value)) {
        const text = form.toString('latin1');
        names.set(text, (names.get(text) ?? new Set()).add(name));
      }
    }
    for (const [text, known] of names) this.#add({ bytes: Buffer.from(text, 'latin1'), names: [...known] });
  }

  /** @param isWhole no more bytes follow */
  search(text: Buffer, isWhole: boolean): SecretSearch {
    const matches: SecretMatch[] = [];
    const shifts = this.#shifts;
    const last = text.length - SECRET_BYTES_MIN;
    let at = 0;
    while (at <= last) {
      const pair = (text[at + SHIFT_MAX - 1] ?? 0) | ((text[at + SHIFT_MAX] ?? 0) << 8);
      const shift = shifts[pair] ?? 0;
      at += shift;
      if (shift > 0) continue;
      const forms = this.#formsAt(text, at);
      if (!isWhole && forms.some(({ bytes }) => at + bytes.length > text.length))
        return { matches, decided: at };
      for (const { bytes, names } of forms) {
        const to = at + bytes.length;
        if (to <= text.length) matches.push({ from: at, to, names });
      }
      at += 1;
    }
    return { matches, decided: isWhole ? text.length : this.#beginningIn(text, at) };
  }

  #add(form: SecretForm): void {
    const { bytes } = form;
    const key = bytes.readInt32LE(0);
    const alike = this.#forms.get(key);
    if (alike === undefined) this.#forms.set(key, [form]);
    else alike.push(form);
    for (let index = 0; index < SHIFT_MAX; index += 1) {
      const pair = bytes.readUInt16LE(index);
      this.#shifts[pair] = Math.min(this.#shifts[pair] ?? 0, SHIFT_MAX - 1 - index);
      this.#beginnings.add(bytes.toString('latin1', 0, index + 1));
    }
  }

  /** Finds the forms of which everything that the text has from there is the beginning, or the whole. */
  #formsAt(text: Buffer, at: number): readonly SecretForm[] {
    const alike = this.#forms.get(text.readInt32LE(at)) ?? NONE;
    return alike.length === 0 ? NONE : alike.filter(({ bytes }) => beginsAt(text, at, bytes));
  }

  #beginningIn(text: Buffer, from: number): number {
    for (let at = from; at < text.length; at += 1)
      if (this.#beginnings.has(text.toString('latin1', at))) return at;
    return text.length;
  }
}

function beginsAt(text: Buffer, at: number, bytes: Buffer): boolean {
  const to = Math.min(at + bytes.length, text.length);
  return bytes.compare(text, at, to, 0, to - at) === 0;
}
