import fc from 'fast-check';
import { printable } from '../../src/cli/output/printable';
import { TerminalFilter } from '../../src/cli/output/terminal-filter';

function filtered(...pieces: (string | Uint8Array)[]): string {
  const filter = new TerminalFilter();
  return pieces.map((piece) => filter.push(Buffer.from(piece))).join('') + filter.end();
}

it.each([
  ['colours', '\x1b[1;31mred\x1b[0m', '\x1b[1;31mred\x1b[0m'],
  ['a tab, a newline and a carriage return', 'a\tb\r\n', 'a\tb\r\n'],
  ['emoji and accents', 'größe 👩‍🚀', 'größe 👩‍🚀'],
])('the filter passes %s unchanged', (_, text, expected) => {
  expect(filtered(text)).toBe(expected);
});

it.each([
  ['the title', '\x1b]0;owned\x07', '^[]0;owned^G'],
  ['the clipboard', '\x1b]52;c;ZXZpbA==\x1b\\', '^[]52;c;ZXZpbA==^[\\'],
  ['a link', '\x1b]8;;http://evil\x1b\\', '^[]8;;http://evil^[\\'],
  ['a report', '\x1b[6n', '^[[6n'],
  ['the cursor', '\x1b[2J\x1b[H', '^[[2J^[[H'],
  ['a device control string', '\x1bPq\x1b\\', '^[Pq^[\\'],
  ['an 8-bit control', '\u009b31m', '<9b>31m'],
  ['the direction of text', 'a\u202eb', 'a<202e>b'],
  ['backspace and NUL', 'a\b\0', 'a^H^@'],
  ['DEL', '\x7f', '^?'],
])('the filter makes a sequence visible that changes %s', (_, text, expected) => {
  expect(filtered(text)).toBe(expected);
});

it('the filter replaces a raw 8-bit control, which is invalid UTF-8', () => {
  expect(filtered(Uint8Array.of(0x9b, 0x33))).toBe('\ufffd3');
});

it('the filter returns the same text for every cutting of its input', () => {
  const text = Buffer.from('a\x1b[1mb\x1b[0m ß \x1b]0;t\x07 \x1b[2J 終 \x1b');
  fc.assert(
    fc.property(fc.uniqueArray(fc.nat(text.length)), (cuts) => {
      const at = [0, ...cuts.sort((a, b) => a - b), text.length];
      const pieces = at.slice(1).map((end, index) => text.subarray(at[index], end));
      expect(filtered(...pieces)).toBe(filtered(text));
    }),
  );
});

it('printable escapes every invisible character of a name', () => {
  expect(printable('a\u200bb\x1b\n\u2066')).toBe('a\\u200bb\\u001b\\u000a\\u2066');
});
