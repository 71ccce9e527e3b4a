import fc from 'fast-check';
import type { LogRef } from '../../src/core/log/log';
import { parseLogId } from '../../src/core/log/log-id';
import { SpyFormat } from '../../src/http/spy/spy-format';

const a: LogRef = { id: parseLogId('a'), generation: '1' };
const b: LogRef = { id: parseLogId('b'), generation: '2' };
const bytes = (text: string): Buffer[] => [Buffer.from(text)];

const ESC = '\u001b';
const RED = `${ESC}[31m`;
const RESET = `${ESC}[0m`;
const SGR = new RegExp(`${ESC}[[d;]*m`, 'g');
const OWN_LINE = /^(?:[ab]:|END: [ab])$/;

describe('SpyFormat', () => {
  it('a spy shows where streams start and end, and the stream of each text', () => {
    const spy = new SpyFormat('plain');
    const shown = [
      spy.start(a),
      spy.data(a, bytes('one\n')),
      spy.start(b),
      spy.data(a, bytes('two\n')),
      spy.data(b, bytes('three\n')),
      spy.end(b),
      spy.data(a, bytes('four\n')),
      spy.end(a),
    ].join('');
    expect(shown).toBe('START: a\na:\none\nSTART: b\ntwo\nb:\nthree\nEND: b\na:\nfour\nEND: a\n');
  });

  it.each(['4:', '38:2:', '38;5;', '1;0', '0'])(
    'the long escape sequence %s… is not repeated with each line',
    (begin) => {
      const spy = new SpyFormat('color');
      spy.start(a);
      const shown = spy.data(a, bytes(`${ESC}[${begin}${'0'.repeat(20_000)}1m${'x\n'.repeat(1_000)}`));
      expect(shown.length).toBeLessThan(100_000);
    },
  );

  it('a spy starts its own lines on new lines', () => {
    const spy = new SpyFormat('plain');
    const shown = [
      spy.start(a),
      spy.data(a, bytes('half')),
      spy.start(b),
      spy.data(b, bytes('half')),
      spy.data(a, bytes('more')),
      spy.data(a, bytes(' and more')),
      spy.skipped(b, 7),
      spy.end(a),
    ].join('');
    expect(shown).toBe(
      'START: a\na:\nhalf\nSTART: b\nb:\nhalf\na:\nmore and more\n… 7 bytes of b skipped\nEND: a\n',
    );
  });

  it('a split character is shown whole', () => {
    const spy = new SpyFormat('plain');
    spy.start(a);
    spy.start(b);
    const euro = Buffer.from('€');
    expect(spy.data(a, [euro.subarray(0, 1)])).toBe('');
    expect(spy.data(b, bytes('x\n'))).toBe('b:\nx\n');
    expect(spy.data(a, [euro.subarray(1, 2), euro.subarray(2)])).toBe('a:\n€');
    expect(spy.data(a, [euro.subarray(0, 2)])).toBe('');
    expect(spy.end(a)).toBe('\ufffd\nEND: a\n');
  });

  it('each stream has a colour of its own, which ends with the line', () => {
    const spy = new SpyFormat('color');
    // biome-ignore lint/suspicious/noControlCharactersInRegex: escape sequences are what it is about.
    expect(spy.start(a)).toMatch(/^\x1b\[1m\x1b\[\d\dmSTART: a\x1b\[0m\n$/);
    expect(spy.data(a, bytes('x\ny'))).toMatch(
      // biome-ignore lint/suspicious/noControlCharactersInRegex: escape sequences are what it is about.
      /^\x1b\[1m\x1b\[\d\dma:\x1b\[0m\n\x1b\[(\d\d)mx\x1b\[0m\n\x1b\[\1my\x1b\[0m$/,
    );
  });

  it.each([
    ['CSI', `${ESC}[38;5;208m`],
    ['a CSI of C1', '\u009b31m'],
    ['a link', `${ESC}]8;;https://example.com/${ESC}\\`],
    ['a title', `${ESC}]0;title\u0007`],
    ['DCS', `${ESC}P1;2|ab${ESC}\\`],
    ['a character set', `${ESC}(B`],
    ['two characters', `${ESC}c`],
  ])('%s is shown whole, even if another stream writes between its parts', (_, sequence) => {
    const whole = Buffer.from(sequence);
    for (let cut = 1; cut < whole.length; cut += 1) {
      const spy = new SpyFormat('plain');
      const shown = [
        spy.start(a) + spy.start(b),
        spy.data(a, [Buffer.from('x'), whole.subarray(0, cut)]),
        spy.data(b, bytes('other\n')),
        spy.data(a, [whole.subarray(cut), Buffer.from('y')]),
      ].join('');
      expect(shown).toBe(`START: a\nSTART: b\na:\nx\nb:\nother\na:\n${sequence}y`);
    }
  });

  it('an incomplete escape sequence is shown as visible characters', () => {
    const spy = new SpyFormat('plain');
    spy.start(a);
    expect(spy.data(a, bytes(`x${ESC}[3`))).toBe('a:\nx');
    expect(spy.end(a)).toBe('␛[3\nEND: a\n');
    spy.start(b);
    expect(spy.data(b, bytes(`${ESC}]0;never ends\nnext line\n`))).toBe('b:\n␛]0;never ends\nnext line\n');
  });

  it('the text of an escape string without an end is shown at once', () => {
    const spy = new SpyFormat('plain');
    spy.start(a);
    const shown = spy.data(a, bytes(`${ESC}]0;${'x'.repeat(5_000)}`));
    expect(shown).toContain('x'.repeat(5_000));
  });

  it('a colour of one stream appears neither in the lines of another one nor in a name', () => {
    const spy = new SpyFormat('plain');
    spy.start(a);
    spy.start(b);
    const shown = [
      spy.data(a, bytes(`${RED}red`)),
      spy.data(b, bytes('plain\n')),
      spy.data(a, bytes('red again\n')),
      spy.end(b),
      spy.data(a, bytes(`still red${RESET} plain\n`)),
      spy.end(a),
    ].join('');
    expect(shown).toBe(
      `a:\n${RED}red${RESET}\nb:\nplain\na:\n${RED}red again\n${RESET}END: b\n` +
        `${RED}still red${RESET} plain\nEND: a\n`,
    );
  });

  it("a stream's own colours end with its lines, and a reset returns to its colour in the spy", () => {
    const spy = new SpyFormat('color');
    const own = /START/.test(spy.start(a)) ? spy.data(a, bytes('x\n')).split('\n')[1]?.split('x')[0] : '';
    const shown = spy.data(a, bytes(`1 ${RED}2\n3${ESC}[39m 4\n`));
    expect(shown).toBe(`${own}1 ${RED}2${RESET}\n${own}${RED}3${ESC}[39m${own} 4${RESET}\n`);
  });

  it('streams that are live together have different colours', () => {
    const spy = new SpyFormat('color');
    const starts = Array.from({ length: 100 }, (_, n) =>
      spy.start({ id: parseLogId(`build-${n}`), generation: String(n) }),
    );
    expect(new Set(starts.map((line) => line.split('START')[0])).size).toBe(100);
  });

  it('the output is the same for any cut of the text, and no style leaks out of its stream', () => {
    const piece = fc.constantFrom('a', '€', '\n', RED, RESET, `${ESC}[1;4m`, `${ESC}[48;2;1;2;3m`, ESC, '[');
    const streams = fc.array(fc.tuple(fc.boolean(), fc.array(piece, { maxLength: 8 })), { maxLength: 8 });
    fc.assert(
      fc.property(
        streams,
        fc.constantFrom('plain', 'color'),
        fc.integer({ min: 1, max: 5 }),
        (texts, style, size) => {
          const [whole, cut] = [new SpyFormat(style), new SpyFormat(style)];
          for (const spy of [whole, cut]) [a, b].map((log) => spy.start(log));
          const shown = { whole: '', cut: '' };
          for (const [isA, pieces] of texts) {
            const text = Buffer.from(pieces.join(''));
            const log = isA ? a : b;
            shown.whole += whole.data(log, [text]);
            for (let at = 0; at < text.length; at += size)
              shown.cut += cut.data(log, [text.subarray(at, at + size)]);
          }
          for (const log of [a, b]) {
            shown.whole += whole.end(log);
            shown.cut += cut.end(log);
          }
          if (style === 'plain') expect(shown.cut).toBe(shown.whole);
          for (const text of Object.values(shown)) expect(stylesBeforeOwnLines(text)).toEqual([]);
        },
      ),
      { numRuns: 500 },
    );
  });
});

/** The spy's own lines that begin while a terminal has a style on. */
function stylesBeforeOwnLines(text: string): readonly string[] {
  const found: string[] = [];
  let on = false;
  for (const line of text.split('\n')) {
    if (OWN_LINE.test(line.replaceAll(SGR, '')) && on) found.push(line);
    for (const sequence of line.match(SGR) ?? []) on = sequence !== RESET;
  }
  return found;
}
