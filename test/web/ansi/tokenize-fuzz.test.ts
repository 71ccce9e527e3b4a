import fc from 'fast-check';
import { paletteColor } from '../../../web/ansi/palette';
import { PLAIN, type Span, type Style } from '../../../web/ansi/span';
import { MAX_SPANS } from '../../../web/ansi/span-list';
import { MAX_VISIBLE, styleAfter, tokenize } from '../../../web/ansi/tokenize';

const ESC = '\u001b';
const number = fc.integer({ min: 0, max: 300 });
/** Pieces that mean something to a terminal, broken ones included. */
const piece = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 8 }),
  fc.constantFrom(
    '\r',
    '\b',
    '\t',
    '\u0007',
    ESC,
    `${ESC}[`,
    `${ESC}]`,
    `${ESC}]8;;`,
    `${ESC}\\`,
    '\u009b',
    '\u202e',
  ),
  fc.tuple(fc.array(number), fc.constantFrom(';', ':')).map(([all, by]) => `${ESC}[${all.join(by)}m`),
  fc.tuple(number, fc.constantFrom(...'ABCDEFGHJKPXm@')).map(([count, final]) => `${ESC}[${count}${final}`),
  fc
    .constantFrom('https:', 'http:', 'javascript:', 'data:', ' https:')
    .map((scheme) => `${ESC}]8;;${scheme}//x/y${ESC}\\`),
);
const line = fc.array(piece, { maxLength: 40 }).map((pieces) => pieces.join(''));

const MOVEMENTS = new RegExp(`[\\r\\b]|${ESC}\\[\\d*[CDGK]`, 'gu');

/** What the DOM may be given, member by member. */
const ALLOWED: Readonly<Record<keyof Style, (value: unknown) => boolean>> = {
  color: isColor,
  background: isColor,
  bold: isOn,
  dim: isOn,
  italic: isOn,
  underline: isOn,
  strike: isOn,
  inverse: isOn,
  conceal: isOn,
};

describe('whatever a line has in it', () => {
  it('the visible text is that of the spans, without any control character', () => {
    fc.assert(
      fc.property(line, (input) => {
        const { text, spans } = tokenize(input);
        const shown = spans.filter(({ kind }) => kind !== 'note').map((span) => span.text);
        expect(text).toBe(shown.join(''));
        expect(text.replaceAll('\t', '')).not.toMatch(/[\p{Cc}\u202a-\u202e\u2066-\u2069\u200b\ufeff]/u);
      }),
    );
  });

  it('styles and links are only those that are allowed', () => {
    fc.assert(
      fc.property(line, (input) => {
        for (const span of tokenize(input).spans) expect(violations(span)).toEqual([]);
      }),
    );
  });

  it('the style at the end does not depend on whether spans are made', () => {
    fc.assert(
      fc.property(line, line, (before, input) => {
        const style = tokenize(before).end;
        expect(tokenize(input, style).end).toEqual(styleAfter(input, style));
      }),
    );
  });

  it('a smaller limit shows the beginning of the same text', () => {
    fc.assert(
      fc.property(line, fc.integer({ min: 1, max: 30 }), (input, limit) => {
        const printable = input.replaceAll(MOVEMENTS, '');
        fc.pre(printable.search(MOVEMENTS) < 0);
        const whole = tokenize(printable);
        const part = tokenize(printable, PLAIN, limit);
        expect(whole.text.startsWith(part.text)).toBe(true);
        expect(part.cut).toBe(part.text !== whole.text);
      }),
    );
  });
});

describe('lines that are made to be costly', () => {
  it('100,000 changes of colour make a bounded number of spans, and a note says what is left out', () => {
    const input = Array.from({ length: 100_000 }, (_, at) => `${ESC}[38;2;0;${at % 256};0mx`).join('');
    const { spans, text, cut } = tokenize(input);
    expect(spans.length).toBeLessThanOrEqual(MAX_SPANS + 1);
    expect(text).toBe('x'.repeat(MAX_VISIBLE));
    expect(cut).toBe(true);
    expect(spans.at(-1)).toEqual({ text: ' … 3097 more styles left out', style: PLAIN, kind: 'note' });
  });

  it.each([
    ['an ESC', ESC],
    ['the begin of a CSI', `${ESC}[`],
    ['the begin of an OSC', `${ESC}]`],
    ['a parameter', `${ESC}[1;`],
    ['an erasure to the begin', `${ESC}[4000G${ESC}[1K`],
    ['a far column', `${ESC}[2K${ESC}[9999Gx`],
    ['a carriage return', 'abcdef\r'],
    ['a combining character', 'a\u0301\b\u0301'],
    ['a new link', `${ESC}]8;;https://example.com/${ESC}\\a`],
  ])('50,000 times %s end in a bounded number of spans', (_, part) => {
    const { spans, text } = tokenize(part.repeat(50_000));
    expect(spans.length).toBeLessThanOrEqual(MAX_SPANS + 1);
    expect(text.length).toBeLessThanOrEqual(MAX_VISIBLE * 32);
  });
});

describe('the palette', () => {
  it('the first 16 colours belong to the theme, and the others are those of xterm', () => {
    expect([0, 15, 16, 21, 208, 231, 232, 255, 256].map(paletteColor)).toEqual([
      undefined,
      undefined,
      '#000000',
      '#0000ff',
      '#ff8700',
      '#ffffff',
      '#080808',
      '#eeeeee',
      undefined,
    ]);
  });
});

function violations({ style, href, kind, ...rest }: Span): unknown[] {
  const found: unknown[] = Object.keys(rest).filter((name) => name !== 'text');
  for (const [name, value] of Object.entries(style))
    if (ALLOWED[name as keyof Style]?.(value) !== true) found.push([name, value]);
  if (href !== undefined && !/^https?:\/\/[^\s<>"]+$/u.test(href)) found.push(href);
  if (kind !== undefined && kind !== 'symbol' && kind !== 'note') found.push(kind);
  return found;
}

function isOn(value: unknown): boolean {
  return value === true;
}

function isColor(value: unknown): boolean {
  const isIndex = Number.isInteger(value) && Number(value) >= 0 && Number(value) <= 255;
  return isIndex || (typeof value === 'string' && /^#[0-9a-f]{6}$/u.test(value));
}
