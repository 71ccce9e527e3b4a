import { TurnTimeBudget } from '../../src/core/scheduling/turn-time-budget';

function nextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

describe('the time budget of a turn', () => {
  let now = 0;
  let budget: TurnTimeBudget;

  beforeEach(() => {
    jest.spyOn(performance, 'now').mockImplementation(() => now);
    budget = new TurnTimeBudget(3);
  });
  afterEach(() => jest.restoreAllMocks());

  const takes = (ms: number) => (): void => {
    now += ms;
  };

  it('the budget counts the time of its steps, and of no other work', () => {
    now += 100;
    budget.spend(takes(1));
    expect(budget.hasTime).toBe(true);
    now += 100;
    budget.spend(takes(5));
    expect(budget.hasTime).toBe(false);
  });

  it('the budget is full again in the next turn', async () => {
    budget.spend(takes(100));
    await nextTurn();
    expect(budget.hasTime).toBe(true);
  });

  it('waiting work gets the budget in order of arrival, and again after all others', async () => {
    const worked: string[] = [];
    const work = (name: string, steps: number): void => {
      for (let left = steps; left > 0; left -= 1) {
        if (!budget.hasTime) {
          budget.whenTime(() => work(name, left));
          return;
        }
        budget.spend(takes(1));
        worked.push(name);
      }
    };
    budget.spend(takes(100));
    budget.whenTime(() => work('a', 5));
    budget.whenTime(() => work('b', 4));
    while (worked.length < 9) await nextTurn();
    expect(worked.join('')).toBe('aaabbbaab');
  });
});
