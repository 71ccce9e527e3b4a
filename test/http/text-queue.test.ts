import { TextQueue } from '../../src/http/spy/text-queue';

const full = (): boolean => true;

describe('TextQueue', () => {
  it('a queue whose signal has already aborted writes nothing, and is flushed', async () => {
    const written: string[] = [];
    const queue = new TextQueue((text) => written.push(text), full, AbortSignal.abort());
    queue.add(['one', 'two'].values());
    await queue.flushed();
    expect(written).toEqual([]);
  });

  it('a queue writes nothing more, and is flushed, when its signal aborts', async () => {
    const written: string[] = [];
    const leaving = new AbortController();
    const queue = new TextQueue((text) => written.push(text), full, leaving.signal);
    queue.add(['one', 'two'].values());
    const flushed = queue.flushed();
    leaving.abort();
    await flushed;
    expect(written).toEqual([]);
  });
});
