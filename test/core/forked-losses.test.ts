import { hasLostForkedBytes, inheritedLosses, type LogHistory, withLoss } from '../../src/core/log/loss';
import { advance, START } from '../../src/core/log/offset';

type Log = Pick<LogHistory, 'losses'>;

const WHOLE: Log = {};

/** All losses of these tests are noticed in the same millisecond, as they are when a start looks at every log. */
function losing(before: Log, from: number, to: number): Log {
  return { losses: withLoss(before.losses, { from: advance(START, from), to: advance(START, to), at: 1 }) };
}

function forkOf(source: Log, bytes: number): Log {
  return { losses: inheritedLosses(source, advance(START, bytes)) };
}

describe('a fork of 15 bytes and its source', () => {
  it.each([
    ['have lost nothing', WHOLE, WHOLE, false],
    ['differ once the source has lost what the fork has', losing(WHOLE, 7, 15), WHOLE, true],
    ['differ, whatever else the fork has lost', losing(WHOLE, 7, 15), losing(WHOLE, 12, 15), true],
    ['are alike once both have lost the same', losing(WHOLE, 7, 15), losing(WHOLE, 7, 15), false],
    ['are alike where the fork has lost more', losing(WHOLE, 12, 15), losing(WHOLE, 7, 15), false],
    ['are alike where the source lost what came after the fork', losing(WHOLE, 15, 20), WHOLE, false],
    ['differ where the source may have lost bytes', losing(WHOLE, 7, 7), losing(WHOLE, 12, 12), true],
  ])('%s', (_, source, fork, differs) => {
    expect(hasLostForkedBytes(source, fork, advance(START, 15))).toBe(differs);
  });
});

describe('a fork of 12 bytes whose source had lost the bytes from 7 on', () => {
  const at = advance(START, 12);
  const before = losing(WHOLE, 7, 15);

  it.each([
    ['nothing', forkOf(before, 12)],
    ['bytes behind that loss', losing(forkOf(before, 12), 9, 12)],
    ['bytes before that loss as well', losing(forkOf(before, 12), 5, 12)],
  ])('is alike after it has lost %s', (_, fork) => {
    expect(hasLostForkedBytes(before, fork, at)).toBe(false);
  });

  it.each([
    ['nothing', forkOf(before, 12), true],
    ['fewer bytes', losing(forkOf(before, 12), 10, 12), true],
    ['as many bytes', losing(forkOf(before, 12), 8, 12), false],
  ])('after another loss of the source is compared with what it has, having lost %s', (_, fork, differs) => {
    expect(hasLostForkedBytes(losing(before, 8, 12), fork, at)).toBe(differs);
  });
});
