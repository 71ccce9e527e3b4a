import {
  reserveTurnBytes,
  SLICE_BYTES,
  sliceChunks,
  waitForTurn,
} from '../../src/core/scheduling/turn-byte-budget';

function nextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

describe('the byte budget of a turn', () => {
  beforeEach(nextTurn);

  it('small work gets a turn at once', () => {
    expect(waitForTurn(100)).toBeUndefined();
    expect(reserveTurnBytes(100)).toBe(true);
  });

  it('large work gets one slice per turn, in order of arrival', async () => {
    let turn = 0;
    const began: [work: number, turn: number][] = [];
    const works = Array.from({ length: 20 }, async (_, work) => {
      await waitForTurn(SLICE_BYTES);
      began.push([work, turn]);
    });
    for (; began.length < works.length; turn += 1) await nextTurn();
    expect(began.map(([work]) => work)).toEqual(works.map((_, work) => work));
    // What is begun at once has the first turn, together with the first slice that waited.
    for (let later = 1; later < turn; later += 1)
      expect(began.filter(([, began]) => began === later).length).toBeLessThanOrEqual(1);
  });

  it('small work gets a turn while large work waits', async () => {
    const works = Array.from({ length: 10 }, () => waitForTurn(SLICE_BYTES));
    await nextTurn();
    expect(reserveTurnBytes(100)).toBe(true);
    await Promise.all(works);
  });

  it.each([
    ['nothing', []],
    ['small chunks', [1, 2, 3]],
    ['a large chunk', [3 * SLICE_BYTES + 1]],
    ['chunks of all sizes', [1, SLICE_BYTES, 10, 2 * SLICE_BYTES, SLICE_BYTES - 11, 5]],
  ])('slices hold %s in order', (_what, sizes) => {
    const chunks = sizes.map((size, i) => Buffer.alloc(size, i + 1));
    const slices = [...sliceChunks(chunks)];
    expect(Buffer.concat(slices).equals(Buffer.concat(chunks))).toBe(true);
    for (const slice of slices.slice(0, -1)) expect(slice).toHaveLength(SLICE_BYTES);
    expect(slices.at(-1)?.length ?? 0).toBeLessThanOrEqual(SLICE_BYTES);
  });

  it('slices may have another size', () => {
    const chunks = [1, 5, 7].map((size, i) => Buffer.alloc(size, i + 1));
    const slices = [...sliceChunks(chunks, 4)];
    expect(slices.map(({ length }) => length)).toEqual([4, 4, 4, 1]);
    expect(Buffer.concat(slices).equals(Buffer.concat(chunks))).toBe(true);
  });

  it('a single small chunk is passed on without a copy', () => {
    const chunk = Buffer.from('line');
    expect([...sliceChunks([chunk])][0]?.buffer).toBe(chunk.buffer);
  });
});
