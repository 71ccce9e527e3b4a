import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** WCAG 2.2, 1.4.3. */
const CONTRAST_MIN = 4.5;
/** WCAG 2.2, 1.4.11: the edges of fields. */
const EDGE_MIN = 3;
const TOKENS = ['shell/tokens.css', 'spy/spy.css']
  .map((file) => readFileSync(join(__dirname, '../../../web', file), 'utf8'))
  .join('');
const TEXTS = ['text', 'muted', 'accent', 'ok', 'failed', 'running', 'cancelled', 'warning'];
const SURFACES = ['background', 'surface', 'surface-hover', 'surface-selected'];
const ANSI = Array.from({ length: 16 }, (_, at) => `ansi-${at}`);
const ANSI_BACKGROUNDS = Array.from({ length: 16 }, (_, at) => `ansi-bg-${at}`);
const STREAMS = Array.from({ length: 12 }, (_, at) => `stream-${at}`);

describe.each(['light', 'dark'] as const)('the %s theme', (theme) => {
  const colors = colorsOf(theme);

  it('every text colour can be read on every surface', () => {
    expect(tooFaint(colors, TEXTS, SURFACES, CONTRAST_MIN)).toEqual([]);
  });

  it('every state can be read on its own fill', () => {
    const states = ['ok', 'failed', 'running', 'cancelled', 'warning'];
    expect(states.flatMap((state) => tooFaint(colors, [state], [`${state}-fill`], CONTRAST_MIN))).toEqual([]);
  });

  it('the main button and the edges of fields can be seen', () => {
    expect(tooFaint(colors, ['on-accent'], ['accent-fill'], CONTRAST_MIN)).toEqual([]);
    expect(tooFaint(colors, ['border-strong', 'focus'], ['surface', 'background'], EDGE_MIN)).toEqual([]);
  });

  it('every ANSI colour can be read on the log and on every ANSI background', () => {
    const backgrounds = ['log-background', ...ANSI_BACKGROUNDS];
    expect(tooFaint(colors, ['log-text', ...ANSI], backgrounds, CONTRAST_MIN)).toEqual([]);
  });

  it('the text of a log can be read where it is marked', () => {
    const marks = ['log-match', 'log-match-current', 'log-line', 'log-hover'];
    expect(tooFaint(colors, ['log-text'], marks, CONTRAST_MIN)).toEqual([]);
    expect(
      tooFaint(colors, ['log-muted'], ['log-background', 'log-hover', 'log-line'], CONTRAST_MIN),
    ).toEqual([]);
  });

  it('the colour of every stream in the spy can be read', () => {
    expect(tooFaint(colors, STREAMS, ['log-background', 'log-hover'], CONTRAST_MIN)).toEqual([]);
  });
});

it('a contrast that is too small is found', () => {
  const colors = new Map([
    ['text', '#777777'],
    ['paper', '#ffffff'],
  ]);
  expect(tooFaint(colors, ['text'], ['paper'], CONTRAST_MIN)).toEqual(['text on paper: 4.48']);
});

function tooFaint(
  colors: ReadonlyMap<string, string>,
  texts: readonly string[],
  papers: readonly string[],
  least: number,
): string[] {
  return texts.flatMap((text) =>
    papers
      .map((paper) => ({ paper, ratio: contrast(colorOf(colors, text), colorOf(colors, paper)) }))
      .filter(({ ratio }) => ratio < least)
      .map(({ paper, ratio }) => `${text} on ${paper}: ${ratio.toFixed(2)}`),
  );
}

function colorOf(colors: ReadonlyMap<string, string>, name: string): string {
  const color = colors.get(name);
  if (color === undefined) throw new Error(`no token --${name}`);
  return color;
}

function colorsOf(theme: 'light' | 'dark'): Map<string, string> {
  const pairs = TOKENS.matchAll(/--([\w-]+): light-dark\((#\w{6}), (#\w{6})\);/g);
  return new Map(
    [...pairs].map(([, name = '', light = '', dark = '']) => [name, theme === 'light' ? light : dark]),
  );
}

function contrast(one: string, other: string): number {
  const [darker = 0, lighter = 0] = [luminance(one), luminance(other)].sort((a, b) => a - b);
  return (lighter + 0.05) / (darker + 0.05);
}

/** WCAG 2.2, "relative luminance". */
function luminance(color: string): number {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) => {
    const value = Number.parseInt(color.slice(at, at + 2), 16) / 255;
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}
