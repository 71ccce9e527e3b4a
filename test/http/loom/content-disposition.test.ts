import fc from 'fast-check';
import { parseLogId } from '../../../src/core/log/log-id';
import { attachment } from '../../../src/http/loom/headers/content-disposition';

function fileNameOf(id: string, type = 'application/octet-stream'): string {
  const header = attachment(parseLogId(id), type);
  return decodeURIComponent(/filename\*=UTF-8''(.*)$/.exec(header)?.[1] ?? '');
}

describe('the name of a file that a stream is saved as', () => {
  it.each([
    ['build-7', 'build-7.log'],
    ['build-1.2', 'build-1.2.log'],
    ['build.log', 'build.log'],
    ['report.html', 'report.html'],
    ['team/build/7', 'team_build_7.log'],
    ['../../etc/passwd', '_.._etc_passwd.log'],
    ['..\\boot.ini', '_boot.ini'],
    ['.profile', 'profile.log'],
    ['a:b*c?"d"<e>|f', 'a_b_c_d_e_f.log'],
    ['con', '_con.log'],
    ['NUL.txt', '_NUL.txt'],
    ['console', 'console.log'],
    ['trailing. ', 'trailing.log'],
    ['...a', 'a.log'],
    ['日本', '日本.log'],
    ['photo\u202egnp.exe', 'photo_gnp.exe'],
  ])('of the id %j is %s', (id, name) => {
    expect(fileNameOf(id)).toBe(name);
  });

  it('ends in .txt if the stream is text', () => {
    expect(fileNameOf('build-7', 'text/plain; charset=utf-8')).toBe('build-7.txt');
    expect(fileNameOf('build-7', 'application/x-ndjson')).toBe('build-7.log');
  });

  it('has a plain form for clients that know no other', () => {
    expect(attachment(parseLogId("caf\u00e9 '100%'.log"), 'text/plain')).toBe(
      "attachment; filename=\"caf_ '100_'.log\"; filename*=UTF-8''caf%C3%A9%20%27100%25%27.log",
    );
  });

  it('is a legal header, one name, and bounded, whatever the id is', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', minLength: 1, maxLength: 120 }), (text) => {
        const bytes = Buffer.from(text);
        fc.pre(bytes.length <= 512 && !/\p{Cc}/u.test(text) && text !== '.' && text !== '..');
        const header = attachment(parseLogId(text), 'text/plain');
        expect(header).toMatch(
          /^attachment; filename="[^"\\/%]+"; filename\*=UTF-8''[A-Za-z0-9!#$&+.^_`|~%-]+$/,
        );
        expect(header).toMatch(/^[\x20-\x7e]+$/);
        const name = fileNameOf(text);
        expect(name).not.toMatch(/^\.|[/\\]|\.\.$/);
        expect(Buffer.byteLength(name)).toBeLessThanOrEqual(200);
      }),
    );
  });
});
