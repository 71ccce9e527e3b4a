import { decodeMark, encodeMarks, RECORD_BYTES } from '../../../../src/storage/files/times/mark-records';

const NUMBERS = [1, 1_764_000_000_000, 65_537, 1_764_000_000_250, 2 ** 48 - 1, 2 ** 48 - 1];

describe('a record of a mark', () => {
  it('has the numbers that were put into it, up to the largest ones', () => {
    const records = encodeMarks(NUMBERS);
    expect(records).toHaveLength(3 * RECORD_BYTES);
    const marks = [0, 1, 2].map((index) => decodeMark(records, index));
    expect(marks.flatMap((mark) => [mark?.end, mark?.at])).toEqual(NUMBERS);
  });

  it('counts as not there if any bit of it is wrong, and the others still count', () => {
    const records = encodeMarks(NUMBERS);
    for (let bit = 0; bit < RECORD_BYTES * 8; bit += 1) {
      const damaged = Buffer.from(records);
      const at = RECORD_BYTES + (bit >> 3);
      damaged.writeUInt8(damaged.readUInt8(at) ^ (1 << (bit & 7)), at);
      expect(decodeMark(damaged, 1)).toBeUndefined();
      expect(decodeMark(damaged, 0)).toEqual(decodeMark(records, 0));
      expect(decodeMark(damaged, 2)).toEqual(decodeMark(records, 2));
    }
  });

  it('counts as not there if it is all zeros, as after a lost write', () => {
    expect(decodeMark(Buffer.alloc(RECORD_BYTES), 0)).toBeUndefined();
  });
});
