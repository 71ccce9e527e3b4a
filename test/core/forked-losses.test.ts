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

describe('hasLostForkedBytes of a fork of 15 bytes', () => {
  it.each([
    ['a fork matches its source if neither lost bytes', WHOLE, WHOLE, false],
    ['a fork differs from a source that lost some of its bytes', losing(WHOLE, 7, 15), WHOLE, true],
    ['a fork differs if it lost fewer bytes', losing(WHOLE, 7, 15), losing(WHOLE, 12, 15), true],
    ['a fork matches if both lost the same bytes', losing(WHOLE, 7, 15), losing(WHOLE, 7, 15), false],
    ['a fork matches if it lost more bytes', losing(WHOLE, 12, 15), losing(WHOLE, 7, 15), false],
    ['a fork matches a source that lost only later bytes', losing(WHOLE, 15, 20), WHOLE, false],
    ['a fork differs if the source may have lost bytes', losing(WHOLE, 7, 7), losing(WHOLE, 12, 12), true],
  ])('%s', (_, source, fork, differs) => {
    expect(hasLostForkedBytes(source, fork, advance(START, 15))).toBe(differs);
  });
});

describe('hasLostForkedBytes of a fork whose source had already lost bytes', () => {
  const at = advance(START, 12);
  const before = losing(WHOLE, 7, 15);

  it.each([
    ['nothing', forkOf(before, 12)],
    ['bytes behind that loss', losing(forkOf(before, 12), 9, 12)],
    ['bytes before that loss as well', losing(forkOf(before, 12), 5, 12)],
  ])('a fork matches its source after it has lost %s', (_, fork) => {
    expect(hasLostForkedBytes(before, fork, at)).toBe(false);
  });

  it.each([
    ['nothing', forkOf(before, 12), true],
    ['fewer bytes', losing(forkOf(before, 12), 10, 12), true],
    ['as many bytes', losing(forkOf(before, 12), 8, 12), false],
  ])('a second loss of the source is compared with what the fork has lost: %s', (_, fork, differs) => {
    expect(hasLostForkedBytes(losing(before, 8, 12), fork, at)).toBe(differs);
  });
});
