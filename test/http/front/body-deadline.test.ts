import { BodyDeadline } from '../../../src/http/body/body-deadline';

describe('BodyDeadline', () => {
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

  it('a body without a single byte is late after the slack', () => {
    expect(lateAt(60, () => 0)).toBe(30);
  });

  it('a body of a byte per second is late', () => {
    expect(lateAt(60, () => 1)).toBe(31);
  });

  it('a body that stops being fast is late after the slack', () => {
    expect(lateAt(600, (second) => (second <= 300 ? 1_000_000 : 1))).toBe(330);
  });

  it('a body that keeps up with the rate is never late, in any pieces', () => {
    expect(lateAt(600, () => 1_000)).toBeUndefined();
    expect(lateAt(600, (second) => (second % 20 === 0 ? 20_000 : 0))).toBeUndefined();
  });

  it('a body that has ended is never late', () => {
    deadline.end();
    expect(lateAt(60, () => 0)).toBeUndefined();
  });
});
