import { BodyDeadline } from '../../../src/http/body/body-deadline';

describe('the deadline of a body', () => {
  const slackMs = 30_000;
  let isLate = false;
  let deadline: BodyDeadline;

  beforeEach(() => {
    jest.useFakeTimers();
    isLate = false;
    deadline = new BodyDeadline({ slackMs, bytesPerSecond: 1_000 }, () => {
      isLate = true;
    });
  });
  afterEach(() => {
    deadline.end();
    jest.useRealTimers();
  });

  /** @returns the second in which the body is late, or `undefined` if it never is */
  function lateAt(seconds: number, bytesIn: (second: number) => number): number | undefined {
    for (let second = 1; second <= seconds; second += 1) {
      deadline.received(bytesIn(second));
      jest.advanceTimersByTime(1_000);
      if (isLate) return second;
    }
    return undefined;
  }

  it('passes when nothing comes', () => {
    expect(lateAt(60, () => 0)).toBe(30);
  });

  it('passes for a byte per second', () => {
    expect(lateAt(60, () => 1)).toBe(31);
  });

  it('passes for a body that stops being fast', () => {
    expect(lateAt(600, (second) => (second <= 300 ? 1_000_000 : 1))).toBe(330);
  });

  it('does not pass for a body that keeps up with the rate, in whatever pieces', () => {
    expect(lateAt(600, () => 1_000)).toBeUndefined();
    expect(lateAt(600, (second) => (second % 20 === 0 ? 20_000 : 0))).toBeUndefined();
  });

  it('passes for nobody once the body is over', () => {
    deadline.end();
    expect(lateAt(60, () => 0)).toBeUndefined();
  });
});
