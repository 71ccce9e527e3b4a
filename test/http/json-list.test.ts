import { SLICE_BYTES } from '../../src/core/scheduling/turn-byte-budget';
import { jsonList } from '../../src/http/json/json-list';

const LARGE = { metadata: '€'.repeat(5_000) };
/** What is made at once, in a turn of its own, and of an item before its size is known. */
const BYTES_PER_TURN = 4 * SLICE_BYTES;

function nextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

describe('jsonList', () => {
  beforeEach(nextTurn);

  it.each([
    ['nothing', []],
    ['one item', [1]],
    ['some items', [{ a: 1 }, 'b', null, [2]]],
    ['many items', Array.from({ length: 50 }, (_, n) => ({ ...LARGE, n }))],
  ])('a list of %s becomes a JSON array', async (_of, items) => {
    const text = Buffer.concat(await jsonList(items, (item: unknown) => item)).toString();
    expect(text === JSON.stringify(items)).toBe(true);
  });

  it('all lists together encode a bounded number of bytes per turn', async () => {
    let shown = 0;
    let most = 0;
    let isOver = false;
    const everyTurn = (): void => {
      shown = 0;
      if (!isOver) setImmediate(everyTurn);
    };
    everyTurn();
    const show = (item: typeof LARGE): unknown => {
      shown += JSON.stringify(item).length;
      most = Math.max(most, shown);
      return item;
    };
    await Promise.all([1, 2, 3].map(() => jsonList(new Array<typeof LARGE>(200).fill(LARGE), show)));
    isOver = true;
    expect(most).toBeLessThan(BYTES_PER_TURN);
  });

  it('the encoding stops once the client has left', async () => {
    const leaving = new AbortController();
    let shown = 0;
    const list = jsonList(
      new Array(200).fill(LARGE),
      (item) => {
        shown += 1;
        if (shown === 100) leaving.abort();
        return item;
      },
      leaving.signal,
    );
    await expect(list).rejects.toMatchObject({ name: 'AbortError' });
    expect(shown).toBeLessThan(120);
  });
});
