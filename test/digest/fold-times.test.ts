import { advance, START } from '../../src/core/log/offset';
import { FoldTimes } from '../../src/digest/fold-times';
import { MARKER_PATTERN } from '../../src/markers/markers-of';
import { directMatcher } from '../core/search/direct-matcher';

const NEVER = new AbortController().signal;
const ESC = '\u001b';

/** @param lines each with the time at which it was stored, in seconds */
async function foldsOf(lines: readonly (readonly [second: number, text: string])[], endedAt: number) {
  const folds = new FoldTimes(directMatcher(MARKER_PATTERN));
  const texts = lines.map(([, text]) => Buffer.from(`${text}\n`));
  let end = START;
  const times = lines.map(([second], index) => {
    end = advance(end, texts[index]?.length ?? 0);
    return { end, at: second * 1_000 };
  });
  await folds.push({ bytes: Buffer.concat(texts), from: START, times, isCut: false }, 1, NEVER);
  return { all: folds.end(endedAt * 1_000), isFull: folds.isFull };
}

describe('the folds of a digest', () => {
  it('groups of GitHub take as long as the times of their lines say, the longest first', async () => {
    const { all } = await foldsOf(
      [
        [10, '::group::Fast'],
        [11, '::endgroup::'],
        [12, '##[group]Slow'],
        [42, 'x'],
        [43, '##[endgroup]'],
      ],
      50,
    );
    expect(all).toEqual([
      { line: 3, end: 5, title: 'Slow', ms: 31_000 },
      { line: 1, end: 2, title: 'Fast', ms: 1_000 },
    ]);
  });

  it('sections of GitLab take as long as their own times say', async () => {
    const { all } = await foldsOf(
      [
        [10, `section_start:1560896352:build\r${ESC}[0KBuild`],
        [11, `section_end:1560896357:build\r${ESC}[0K`],
      ],
      50,
    );
    expect(all).toEqual([{ line: 1, end: 2, title: 'Build', ms: 5_000 }]);
  });

  it('headings of Buildkite end where the next begins, and the last at the end of the log', async () => {
    const { all } = await foldsOf(
      [
        [10, '--- Install'],
        [11, 'x'],
        [14, '--- Test'],
        [15, 'y'],
      ],
      114,
    );
    expect(all).toEqual([
      { line: 3, title: 'Test', ms: 100_000 },
      { line: 1, end: 2, title: 'Install', ms: 4_000 },
    ]);
  });

  it('a log of nothing but headings is looked at up to a bound', async () => {
    const lines = Array.from({ length: 3_000 }, (_, index) => [index, '::group::x\n::endgroup::'] as const);
    const { all, isFull } = await foldsOf(lines, 5_000);
    expect([all.length, isFull]).toEqual([10, true]);
  });
});
