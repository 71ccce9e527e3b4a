import fc from 'fast-check';
import { generateGeneration, generateLogId, parseLogId } from '../../src/core/log/log-id';

describe('parseLogId', () => {
  it.each([
    ['', 'The stream ID is empty'],
    ['.', 'The stream ID must not be "." or ".."'],
    ['..', 'The stream ID must not be "." or ".."'],
    ['a\u0000b', 'The stream ID must not contain control characters'],
    ['a\nb', 'The stream ID must not contain control characters'],
    ['\u001f', 'The stream ID must not contain control characters'],
    ['\u007f', 'The stream ID must not contain control characters'],
    ['\u0085', 'The stream ID must not contain control characters'],
    ['\u009f', 'The stream ID must not contain control characters'],
    ['\ud800', 'The stream ID is not well-formed Unicode'],
    ['a\udc00b', 'The stream ID is not well-formed Unicode'],
    ['x'.repeat(513), 'The stream ID is longer than 512 bytes of UTF-8'],
    ['é'.repeat(257), 'The stream ID is longer than 512 bytes of UTF-8'],
    ['💡'.repeat(129), 'The stream ID is longer than 512 bytes of UTF-8'],
  ])('the id %j is refused: %s', (raw, message) => {
    expect(() => parseLogId(raw)).toThrow(expect.objectContaining({ code: 'LOG_ID_INVALID', message }));
  });

  it.each([
    'a',
    ' ',
    '...',
    '../x',
    'a/b',
    '__proto__',
    '\u00a0',
    '💡'.repeat(128),
    'é'.repeat(256),
    'x'.repeat(512),
    '%00',
  ])('the id %j is accepted', (raw) => {
    expect(parseLogId(raw)).toBe(raw);
  });

  it('any text is returned unchanged or refused with LOG_ID_INVALID', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 200 }), (raw) => {
        try {
          expect(parseLogId(raw)).toBe(raw);
        } catch (error) {
          expect(error).toMatchObject({ code: 'LOG_ID_INVALID' });
        }
      }),
    );
  });
});

describe('generateLogId', () => {
  it('a generated id is a UUID of version 7', () => {
    expect(generateLogId()).toMatch(/^[\da-f]{8}-[\da-f]{4}-7[\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}$/);
  });

  it('generated ids sort by their time', () => {
    const times = fc.tuple(fc.nat(2 ** 47), fc.nat(2 ** 47)).filter(([a, b]) => a !== b);
    fc.assert(
      fc.property(times, ([a, b]) => {
        expect(generateLogId(a) < generateLogId(b)).toBe(a < b);
        expect(generateGeneration(a) < generateGeneration(b)).toBe(a < b);
      }),
    );
  });

  it('10,000 ids of one millisecond are unique', () => {
    const ids = Array.from({ length: 10_000 }, () => generateLogId(1));
    expect(new Set(ids).size).toBe(ids.length);
  });
});
