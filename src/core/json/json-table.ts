/** The grammar of JSON (RFC 8259) in UTF-8 (RFC 3629): the next state by state and byte, or an action where the nesting decides. */
export const FIRST_ACTION = 64;

/** The next state, or an action, is at `(state << 8) | byte`. What is not set below is `REFUSED`. */
export const NEXT = new Uint8Array(FIRST_ACTION * 256);

/** Nothing leads away from it. */
export const REFUSED = 0;
let states = 1;
export const VALUE = states++;
/** A value, or the end of an empty array. */
export const FIRST_ITEM = states++;
export const KEY = states++;
/** A key, or the end of an empty object. */
export const FIRST_KEY = states++;
const COLON = states++;
export const AFTER_VALUE = states++;

export const OPEN_ARRAY = FIRST_ACTION;
export const OPEN_OBJECT = FIRST_ACTION + 1;
export const CLOSE_ARRAY = FIRST_ACTION + 2;
export const CLOSE_OBJECT = FIRST_ACTION + 3;
export const COMMA = FIRST_ACTION + 4;

/** The states in which a value is complete. */
const COMPLETE = new Set<number>();

export function isComplete(state: number): boolean {
  return COMPLETE.has(state);
}

const WHITE = ' \t\r\n';
const DIGITS = '0123456789';
const HEX = `${DIGITS}abcdefABCDEF`;

function on(state: number, characters: string, next: number): void {
  for (const byte of Buffer.from(characters)) NEXT[(state << 8) | byte] = next;
}

function onBytes(state: number, from: number, to: number, next: number): void {
  NEXT.fill(next, (state << 8) | from, ((state << 8) | to) + 1);
}

/** @returns the state after the opening quote */
function string(after: number): number {
  const inside = states++;
  const escaped = states++;
  const hex = [states++, states++, states++, states++, inside];
  onBytes(inside, 0x20, 0x7f, inside);
  on(inside, '"', after);
  on(inside, '\\', escaped);
  on(escaped, '"\\/bfnrt', inside);
  on(escaped, 'u', hex[0] ?? REFUSED);
  for (const [i, next] of hex.slice(1).entries()) on(hex[i] ?? REFUSED, HEX, next);
  longCharacters(inside);
  return inside;
}

/** Of more than one byte: no overlong forms, no surrogates, nothing above U+10FFFF (RFC 3629, 4). */
function longCharacters(inside: number): void {
  const continuation = (from: number, to: number, next: number): number => {
    const state = states++;
    onBytes(state, from, to, next);
    return state;
  };
  const one = continuation(0x80, 0xbf, inside);
  const two = continuation(0x80, 0xbf, one);
  const three = continuation(0x80, 0xbf, two);
  onBytes(inside, 0xc2, 0xdf, one);
  onBytes(inside, 0xe0, 0xe0, continuation(0xa0, 0xbf, one));
  onBytes(inside, 0xe1, 0xef, two);
  onBytes(inside, 0xed, 0xed, continuation(0x80, 0x9f, one));
  onBytes(inside, 0xf0, 0xf0, continuation(0x90, 0xbf, two));
  onBytes(inside, 0xf1, 0xf3, three);
  onBytes(inside, 0xf4, 0xf4, continuation(0x80, 0x8f, two));
}

/** @returns the state after the first letter of `word` */
function word(word: string): number {
  const first = states;
  for (const letter of word.slice(1, -1)) on(states++, letter, states);
  on(states++, word.slice(-1), AFTER_VALUE);
  return first;
}

/** What may follow a value. A number ends only with what follows it. */
function afterValue(state: number): void {
  COMPLETE.add(state);
  on(state, WHITE, AFTER_VALUE);
  on(state, ',', COMMA);
  on(state, ']', CLOSE_ARRAY);
  on(state, '}', CLOSE_OBJECT);
}

/** @returns the states after a minus, a zero and another digit at the beginning of a number */
function number(): { minus: number; zero: number; integer: number } {
  const [minus, zero, integer, point, fraction] = [states++, states++, states++, states++, states++];
  const [exponent, sign, power] = [states++, states++, states++];
  for (const end of [zero, integer, fraction, power]) afterValue(end);
  on(minus, DIGITS, integer);
  on(minus, '0', zero);
  on(integer, DIGITS, integer);
  for (const whole of [zero, integer]) on(whole, '.', point);
  for (const before of [point, fraction]) on(before, DIGITS, fraction);
  for (const mantissa of [zero, integer, fraction]) on(mantissa, 'eE', exponent);
  on(exponent, '+-', sign);
  for (const before of [exponent, sign, power]) on(before, DIGITS, power);
  return { minus, zero, integer };
}

function build(): void {
  const text = string(AFTER_VALUE);
  const key = string(COLON);
  const [yes, no, nothing] = [word('true'), word('false'), word('null')];
  const { minus, zero, integer } = number();
  for (const state of [VALUE, FIRST_ITEM]) {
    on(state, WHITE, state);
    on(state, '"', text);
    on(state, '-', minus);
    on(state, DIGITS, integer);
    on(state, '0', zero);
    on(state, 't', yes);
    on(state, 'f', no);
    on(state, 'n', nothing);
    on(state, '[', OPEN_ARRAY);
    on(state, '{', OPEN_OBJECT);
  }
  on(FIRST_ITEM, ']', CLOSE_ARRAY);
  for (const state of [KEY, FIRST_KEY]) {
    on(state, WHITE, state);
    on(state, '"', key);
  }
  on(FIRST_KEY, '}', CLOSE_OBJECT);
  on(COLON, WHITE, COLON);
  on(COLON, ':', VALUE);
  afterValue(AFTER_VALUE);
}

build();
