import { parseLogId } from '../../src/core/log/log-id';
import { Colors } from '../../src/http/spy/colors';

const ids = (count: number, from = 0) =>
  Array.from({ length: count }, (_, n) => parseLogId(`build-${from + n}`));

describe('the colours of a spy', () => {
  it('140 live streams have 140 different colours', () => {
    const colors = new Colors();
    const given = ids(140).map((id) => colors.of(id));
    expect(new Set(given).size).toBe(140);
  });

  it('the first twelve streams have the twelve basic colours', () => {
    const colors = new Colors();
    for (const id of ids(12)) expect(colors.of(id)).toMatch(/^[39][1-6]$/);
    expect(colors.of(parseLogId('one more'))).toMatch(/^38;5;\d+$/);
  });

  it('a stream keeps its colour, which is the same in every spy if it is alone', () => {
    const [colors, other] = [new Colors(), new Colors()];
    for (const id of ids(30)) {
      expect(colors.of(id)).toBe(colors.of(id));
      expect(other.of(id)).toBe(new Colors().of(id));
      other.release(id);
    }
  });

  it('a colour is free again after the end of its stream', () => {
    const colors = new Colors();
    for (let round = 0; round < 100; round += 1) {
      const live = ids(12, round * 12);
      expect(new Set(live.map((id) => colors.of(id))).size).toBe(12);
      for (const id of live) {
        expect(colors.of(id)).not.toContain(';');
        colors.release(id);
      }
    }
  });

  it('streams share colours once all are taken', () => {
    const colors = new Colors();
    for (const id of ids(1_000)) expect(colors.of(id)).toMatch(/^([39][1-6]|38;5;\d+)$/);
  });
});
