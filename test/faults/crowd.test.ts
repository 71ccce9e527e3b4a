import { setMaxListeners } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { Producer } from '../support/http';
import { Checker, type History } from './checker';
import { followOverHttp } from './following';
import { complaints } from './health';
import { itAtRandom, type Random } from './random';
import { freshStore, STORES, withStage } from './stage';

const PRODUCERS = 200;
const PIECES = 20;
const PIECE_BYTES_MAX = 2_000;
const PAUSE_MS_MAX = 50;

describe.each(STORES)('many clients of a server on %s', (name) => {
  const stage = withStage();

  itAtRandom(`${PRODUCERS} producers with a reader each get exactly their own bytes`, async (random) => {
    const loom = await stage.loom(await freshStore(stage, name));
    const checker = new Checker();
    const over = stage.add(new AbortController(), (it) => it.abort());
    setMaxListeners(0, over.signal);
    const pairs = Array.from({ length: PRODUCERS }, async (_, n) => {
      const history = checker.stream(`crowd-${n}`);
      const url = `${loom.url}/stream/${history.id}`;
      const producer = new Producer(url);
      expect((await producer.head).statusCode).toBe(201);
      const read = followOverHttp(() => url, history.reader('a tail'), over.signal);
      await produce(producer, history, random);
      await read;
    });
    await Promise.all(pairs);
    expect(await checker.violations(loom.url)).toEqual([]);
    expect(complaints(loom)).toEqual([]);
  });
});

async function produce(producer: Producer, history: History, random: Random): Promise<void> {
  for (let piece = 0, at = 0; piece < PIECES; piece += 1) {
    const to = at + random.between(1, PIECE_BYTES_MAX);
    history.written(to);
    await producer.write(history.source.bytes(at, to));
    at = to;
    await delay(random.between(0, PAUSE_MS_MAX));
  }
  expect((await producer.end()).status).toBe(201);
  history.completed();
}
