import { SteadyClock } from '../../src/core/scheduling/steady-clock';

const HOUR = 3_600_000;

describe('a steady clock', () => {
  let wall = 1_700_000_000_000;
  let monotonic = 0;
  beforeEach(() => {
    jest.spyOn(Date, 'now').mockImplementation(() => wall);
    jest.spyOn(performance, 'now').mockImplementation(() => monotonic);
  });
  afterEach(() => jest.restoreAllMocks());
  const pass = (ms: number, wallMs = ms): void => {
    wall += wallMs;
    monotonic += ms;
  };

  it.each([HOUR, -HOUR])('a step of the system clock by %d ms is reported once, and not followed', (step) => {
    const steps: number[] = [];
    const clock = new SteadyClock((byMs) => steps.push(byMs));
    const before = clock.now();
    pass(5_000, 5_000 + step);
    expect(clock.now()).toBe(before + 5_000);
    pass(10);
    expect(clock.now()).toBe(before + 5_010);
    expect(steps).toEqual([step]);
    expect(clock.skew).toBe(step);
    expect(clock.wallAt(clock.now())).toBe(wall);
    pass(1_000, 1_000 - step);
    expect(clock.now()).toBe(wall);
    expect(steps).toEqual([step, -step]);
  });

  it('the clock follows a system clock that drifts by a millisecond per second', () => {
    const clock = new SteadyClock(() => fail('that was no step'));
    for (let i = 0; i < 1_000; i += 1) {
      pass(1_000, 1_000 + (i % 2 === 0 ? 0.5 : 1));
      expect(clock.now()).toBe(wall);
    }
  });

  it('a new clock starts with the skew of the previous process', () => {
    expect(new SteadyClock(() => {}, HOUR).now()).toBe(wall - HOUR);
  });
});

function fail(why: string): never {
  throw new Error(why);
}
