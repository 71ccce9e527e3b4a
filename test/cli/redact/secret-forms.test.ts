import { execFileSync } from 'node:child_process';
import { RedactionTally, Redactor } from '../../../src/cli/redact/redactor';
import { SecretIndex } from '../../../src/cli/redact/secret-index';

const SECRET = 'p@ss/w<rd é+1&"x"';
const KEY = `-----BEGIN KEY-----\n${'MIIEvQ/IBADANBgkqhkiG9w0BAQEFAASCBKcwggSj+AgEAAoI\n'.repeat(6)}ab\n-----END KEY-----\n`;

function redact(text: string, value: string): string {
  const redactor = new Redactor(
    new SecretIndex([{ name: 'S', value: Buffer.from(value) }]),
    new RedactionTally(),
  );
  return Buffer.concat([redactor.push(Buffer.from(text)), redactor.end()]).toString();
}

const pythonJson = '"p@ss/w<rd \\u00e9+1&\\"x\\""';

it.each([
  ['as it is', SECRET],
  ['by encodeURIComponent', encodeURIComponent(SECRET)],
  ['by encodeURI', encodeURI(SECRET)],
  ['by a form', new URLSearchParams({ a: SECRET }).toString().slice(2)],
  ['by RFC 3986 in lower case', encodeURIComponent(SECRET).replaceAll(/%../g, (hex) => hex.toLowerCase())],
  ['by JSON', JSON.stringify(SECRET).slice(1, -1)],
  ['by the JSON of Python', pythonJson.slice(1, -1)],
  ['by the JSON of PHP', JSON.stringify(SECRET).slice(1, -1).replaceAll('/', '\\/')],
  [
    'by the JSON of Go',
    JSON.stringify(SECRET).slice(1, -1).replaceAll('<', '\\u003c').replaceAll('&', '\\u0026'),
  ],
])('a value that is written %s is redacted', (_how, text) => {
  expect(redact(`a ${text} b`, SECRET)).toBe('a *** b');
});

it.each([0, 1, 2])(
  'the basic authorization of a user of %i more letters does not show the password',
  (more) => {
    const header = Buffer.from(`user${'x'.repeat(more)}:${SECRET}`).toString('base64');
    const redacted = redact(`Authorization: Basic ${header}`, SECRET);
    expect(Buffer.from(redacted.slice(21), 'base64').toString()).not.toContain('p@s');
    expect(redacted).toContain('***');
  },
);

it('a key is redacted by lines, also short ones between long ones', () => {
  expect(redact(KEY, KEY)).toBe('***\n');
  expect(redact(KEY.replaceAll('\n', '\r\n'), KEY)).toBe('***\r\n');
  expect(redact(`x ${KEY.split('\n')[3]} y`, KEY)).toBe('x *** y');
});

it.each([
  ['base64', []],
  ['base64', ['-w', '64']],
  ['base64', ['-w', '0']],
])('a key in the output of %s %j is redacted', (program, args) => {
  const encoded = execFileSync(program, args, { input: KEY, encoding: 'utf8' });
  expect(encoded.length).toBeGreaterThan(200);
  // The last bits share a character with the line feed at the end of the file.
  expect(
    redact(encoded, KEY)
      .replaceAll(/\*\*\*\n?/g, '')
      .trim(),
  ).toMatch(/^[\w+/=]{0,8}$/);
});

it('a value is not redacted in forms shorter than six bytes', () => {
  expect(redact('abcde\nlonger one', 'abcde\nlonger one')).toBe('***');
  expect(redact('abcde longer one', 'abcde\nlonger one')).toBe('abcde ***');
});
