import fc from 'fast-check';
import { advance, type Offset, START } from '../../../src/core/log/offset';
import { LineTimestamps } from '../../../src/http/loom/read/line-timestamps';
import { anyBytesCut } from '../../core/cuttings';

const at = (offset: number): Offset => advance(START, offset);

describe('the timestamps of lines', () => {
  it('are those of the first byte of each line, and as wide where the time is not known', () => {
    const timestamps = new LineTimestamps();
    const times = [
      { end: at(13), at: 1_764_396_193_123 },
      { end: at(15), at: 1_764_396_193_200 },
    ];
    expect(timestamps.insert(Buffer.from('ab\ncd\n\ne\nf'), at(10), times).toString()).toBe(
      '2025-11-29T06:03:13.123Z ab\n2025-11-29T06:03:13.200Z cd\n' +
        '-                        \n-                        e\n-                        f',
    );
    expect(timestamps.insert(Buffer.from('g\nh'), at(20), []).toString()).toBe(
      'g\n-                        h',
    );
  });

  it('leave the bytes as they are, and do not depend on how they are cut', () => {
    fc.assert(
      fc.property(anyBytesCut, ({ whole, pieces }) => {
        const times = [{ end: at(whole.length), at: 0 }];
        const timestamps = new LineTimestamps();
        let offset = START;
        const stamped = pieces.map((piece) => {
          const from = offset;
          offset = advance(offset, piece.length);
          return timestamps.insert(piece, from, times);
        });
        const lines = whole.toString('latin1').split('\n');
        const last = lines.pop() ?? '';
        const all = [...lines.map((line) => `${line}\n`), ...(last === '' ? [] : [last])];
        expect(Buffer.concat(stamped).toString('latin1')).toBe(
          all.map((line) => `1970-01-01T00:00:00.000Z ${line}`).join(''),
        );
      }),
    );
  });
});
