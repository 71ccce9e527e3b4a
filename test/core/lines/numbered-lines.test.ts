import { NumberedLines } from '../../../src/core/lines/numbered-lines';
import { START } from '../../../src/core/log/offset';
import { at } from './line-logs';

describe('numbered lines', () => {
  it('have the offset and the time of their first byte, however the bytes are cut', () => {
    const lines = new NumberedLines(at(10), 7, 100);
    expect(lines.push(Buffer.from('a'), [{ end: at(11), at: 1 }])).toEqual([]);
    const found = lines.push(Buffer.from('b\nc\r\nd'), [
      { end: at(13), at: 2 },
      { end: at(17), at: 3 },
    ]);
    expect(found.map(({ text, ...rest }) => ({ ...rest, text: text.toString() }))).toEqual([
      { line: 7, offset: 10, at: 1, text: 'ab', isCut: false, isPartial: false },
      { line: 8, offset: 13, at: 3, text: 'c\r', isCut: false, isPartial: false },
    ]);
    expect(lines.flush()).toMatchObject({
      line: 9,
      offset: 16,
      at: 3,
      text: Buffer.from('d'),
      isPartial: false,
    });
    expect(lines.flush()).toBeUndefined();
  });

  it('are handed out in parts on request, which never end within a character', () => {
    const lines = new NumberedLines(START, 1, 100);
    const [first, second] = [Buffer.from('a€').subarray(0, 2), Buffer.from('€').subarray(1)];
    lines.push(first, []);
    expect(lines.takePartial()).toMatchObject({
      line: 1,
      offset: 0,
      text: Buffer.from('a'),
      isPartial: true,
    });
    expect(lines.takePartial()).toBeUndefined();
    const rest = lines.push(Buffer.concat([second, Buffer.from('\n')]), []);
    expect(rest).toMatchObject([
      { line: 1, offset: 1, at: undefined, text: Buffer.from('€'), isPartial: false },
    ]);
  });

  it('are cut where they are too long, between two characters', () => {
    const lines = new NumberedLines(START, 1, 5);
    const [line] = lines.push(Buffer.from('abc€\n'), []);
    expect(line).toMatchObject({ text: Buffer.from('abc'), isCut: true, offset: 0 });
    const [next] = lines.push(Buffer.from('de\n'), []);
    expect(next).toMatchObject({ line: 2, offset: 7, text: Buffer.from('de'), isCut: false });
  });
});
