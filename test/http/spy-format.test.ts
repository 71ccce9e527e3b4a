import type { LogRef } from '../../src/core/log';
import { parseLogId } from '../../src/core/log-id';
import { SpyFormat } from '../../src/http/spy/spy-format';

const a: LogRef = { id: parseLogId('a'), generation: '1' };
const b: LogRef = { id: parseLogId('b'), generation: '2' };
const bytes = (text: string): Buffer[] => [Buffer.from(text)];

describe('a spy shows', () => {
  it('where streams start and end, and whose data comes', () => {
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

  it('its own lines on lines of their own', () => {
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

  it('characters whole, however they are split', () => {
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

  it('each stream in a colour of its own that ends with the line', () => {
    const spy = new SpyFormat('color');
    // biome-ignore lint/suspicious/noControlCharactersInRegex: escape sequences are what it is about.
    expect(spy.start(a)).toMatch(/^\x1b\[1m\x1b\[\d\dmSTART: a\x1b\[0m\n$/);
    expect(spy.data(a, bytes('x\ny'))).toMatch(
      // biome-ignore lint/suspicious/noControlCharactersInRegex: escape sequences are what it is about.
      /^\x1b\[1m\x1b\[\d\dma:\x1b\[0m\n\x1b\[(\d\d)mx\x1b\[0m\n\x1b\[\1my\x1b\[0m$/,
    );
  });
});
