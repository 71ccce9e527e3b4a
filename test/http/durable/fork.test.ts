import { parseLogId } from '../../../src/core/log/log-id';
import { START } from '../../../src/core/log/offset';
import { type ForkRequest, forkPoint } from '../../../src/http/durable/write/fork';
import { MemoryStore } from '../../../src/storage/memory/memory-store';

it('a sub-offset larger than the source can have is refused without a read of the source', async () => {
  const store = new MemoryStore();
  const id = parseLogId('source');
  const first = { chunks: [Buffer.from('1\n2\n3\n4\n5\n')] };
  const { info } = await store.create(id, { contentType: 'application/json', framing: 'json', first }, 'new');
  const read = jest.spyOn(store, 'read');
  const head = (subOffset: number): ForkRequest => ({
    source: id,
    at: { offset: START, segment: 0 },
    subOffset,
  });
  await expect(forkPoint(store, info, head(6))).rejects.toThrow('Stream-Fork-Sub-Offset');
  expect(read).not.toHaveBeenCalled();
  expect((await forkPoint(store, info, head(5))).at).toBe(info.tail);
  await store.close();
});
