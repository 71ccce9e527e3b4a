import { request } from '../../support/http';
import { withCountedTurns } from '../counted-turns';

/** What needs no turn of its own, and half as much again for what else is rendered. */
const RENDERED_PER_TURN = 96 * 1024;

describe('an index of 10,000 marks', () => {
  const { url } = withCountedTurns();
  const { stringify } = JSON;
  let [rendered, most, isOver] = [0, 0, false];

  beforeAll(() => {
    const everyTurn = (): void => {
      rendered = 0;
      if (!isOver) setImmediate(everyTurn);
    };
    everyTurn();
    jest.spyOn(JSON, 'stringify').mockImplementation((value) => {
      const text = stringify(value);
      rendered += text.length;
      most = Math.max(most, rendered);
      return text;
    });
  });

  afterAll(() => {
    isOver = true;
    jest.restoreAllMocks();
  });

  it('is rendered in several turns', async () => {
    await request(url('/stream/a'), { method: 'POST', body: 'a line of a log\n'.repeat(100_000) });
    most = 0;
    const { text } = await request(url('/stream/a/index?step=10'));
    const { marks, ...rest } = JSON.parse(text);
    expect(marks).toHaveLength(10_000);
    expect(marks.at(-1)).toEqual([99_991, 16 * 99_990, expect.any(Number)]);
    expect(rest).toMatchObject({ lines: 100_000, step: 10, endsInNewline: true });
    expect(text.length).toBeGreaterThan(2 * RENDERED_PER_TURN);
    expect(most).toBeLessThan(RENDERED_PER_TURN);
  });
});
