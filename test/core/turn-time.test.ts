import { hasTurnTime, runWhenTime, spendTurnTime } from '../../src/core/scheduling/turn-time-budget';

function nextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

describe('the time budget of a turn', () => {
  let now = 0;

  beforeEach(async () => {
    jest.spyOn(performance, 'now').mockImplementation(() => now);
    spendTurnTime(() => {});
    await nextTurn();
  });
  afterEach(() => jest.restoreAllMocks());

  const takes = (ms: number) => (): void => {
    now += ms;
  };

  it('the budget counts the time of its steps, and of no other work', () => {
    now += 100;
    spendTurnTime(takes(1));
    expect(hasTurnTime()).toBe(true);
    now += 100;
    spendTurnTime(takes(5));
    expect(hasTurnTime()).toBe(false);
  });

  it('the budget is full again in the next turn', async () => {
    spendTurnTime(takes(100));
    await nextTurn();
    expect(hasTurnTime()).toBe(true);
  });

  it('waiting work gets the budget in order of arrival, and again after all others', async () => {
    const worked: string[] = [];
    const work = (name: string, steps: number): void => {
      for (let left = steps; left > 0; left -= 1) {
        if (!hasTurnTime()) {
          runWhenTime(() => work(name, left));
          return;
        }
        spendTurnTime(takes(1));
        worked.push(name);
      }
    };
    spendTurnTime(takes(100));
    runWhenTime(() => work('a', 5));
    runWhenTime(() => work('b', 4));
    while (worked.length < 9) await nextTurn();
    expect(worked.join('')).toBe('aaabbbaab');
  });
});
