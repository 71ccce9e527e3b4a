import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { LogRef, Writer } from '../../src/core/log/log';
import { parseLogId } from '../../src/core/log/log-id';
import { advance, type Offset, START } from '../../src/core/log/offset';
import type { Watcher } from '../../src/core/store/news';
import type { Page } from '../../src/core/store/store';
import { MemoryStore } from '../../src/storage/memory/memory-store';
import { createLogOf } from '../core/stores';
import { appOver } from '../support/app';
import { Consumer, request } from '../support/http';

const EVENTS = { Accept: 'text/event-stream' };
const MIB = 1024 * 1024;
const FIVE = advance(START, 5);
const token = (segment: number, offset: number): string =>
  [segment, offset].map((number) => String(number).padStart(16, '0')).join('_');

class WatchedStore extends MemoryStore {
  readonly #watching = new Set<string>();
  #onWatch = (): void => {};
  /** Called before each read. */
  beforeRead: (log: LogRef, from: Offset) => void | Promise<void> = () => {};

  override async read(log: LogRef, from: Offset, bytesMax: number): Promise<Page> {
    await this.beforeRead(log, from);
    return super.read(log, from, bytesMax);
  }

  override watch(log: LogRef, seen: Offset, watcher: Watcher): () => void {
    this.#watching.add(log.generation);
    this.#onWatch();
    return super.watch(log, seen, watcher);
  }

  /** Resolves once a new watcher of the log was added since the last call. */
  async untilWatched({ generation }: LogRef): Promise<void> {
    while (!this.#watching.delete(generation)) {
      await new Promise<void>((resolve) => {
        this.#onWatch = resolve;
      });
    }
  }
}

describe('a log that loses bytes', () => {
  const store = new WatchedStore();
  const { handler, drain } = appOver(store);
  const server = createServer(handler);
  let writer: Writer;

  beforeAll(() => once(server.listen(0, '127.0.0.1'), 'listening'));
  beforeEach(async () => {
    writer = await createLogOf(store, 'AAAA\nBBBB\n');
  });
  afterAll(async () => {
    await drain();
    server.close();
  });

  const url = (path: string): string => `http://127.0.0.1:${(server.address() as AddressInfo).port}${path}`;
  const durable = ({ id }: LogRef, query: string): string => url(`/v1/stream/${id}${query}`);
  const append = (text: string): Promise<unknown> => store.append(writer, FIVE, [Buffer.from(text)]);

  it('a tail is cut, so that it does not look complete', async () => {
    const reader = await Consumer.open(url(`/stream/${writer.log.id}`));
    await reader.until('BBBB\n');
    store.lose(writer.log, FIVE);
    expect(await reader.end()).toMatchObject({ complete: false });
    await append('CCCC\nDDDD\n');
    expect(reader.text).toBe('AAAA\nBBBB\n');
  });

  it('a reader of events is cut, and its next request gets a reset', async () => {
    const reader = await Consumer.open(url(`/stream/${writer.log.id}`), EVENTS);
    await reader.until('data: BBBB\n\n');
    store.lose(writer.log, FIVE);
    expect(await reader.end()).toMatchObject({ complete: false });
    const last = { ...EVENTS, 'Last-Event-ID': `10-${writer.log.generation}` };
    const back = await Consumer.open(url(`/stream/${writer.log.id}`), last);
    await append('CCCC\nDDDD\n');
    await back.until('DDDD\n\n');
    expect(back.text).toContain('"reason":"lost","lost":{"from":5,"to":10}');
    expect(back.text).toContain('data: AAAA\n');
    expect(back.text).not.toContain('BBBB');
    back.close();
  });

  it.each([
    ['a tail', (id: string) => `/stream/${id}`, {}],
    ['a reader of events', (id: string) => `/stream/${id}`, EVENTS],
    ['a spy', (id: string) => `/spy?from=start&prefix=${id}`, {}],
    ['a reader of events of /v1/stream', (id: string) => `/v1/stream/${id}?offset=-1&live=sse`, {}],
  ])('%s that is still reading never mixes old and new bytes', async (_which, path, headers) => {
    const [old, fresh] = ['A', 'B'].map((letter) => `${letter.repeat(99)}\n`.repeat(60_000));
    const { log, epoch } = await createLogOf(store, old ?? '');
    store.beforeRead = async ({ generation }, from) => {
      if (generation !== log.generation || from < MIB || from > 3 * MIB) return;
      store.beforeRead = () => {};
      store.lose(log, FIVE);
      await store.append({ log, epoch }, FIVE, [Buffer.from(fresh ?? '')]);
    };
    const reader = await Consumer.open(url(path(log.id)), headers);
    if (path(log.id).startsWith('/spy'))
      await reader.until(`bytes 5 to ${old?.length} of ${log.id} are lost`);
    else await reader.end().catch(() => undefined);
    const [before = ''] = reader.text.split('are lost');
    expect(before.match(/A{99}/g)?.length).toBeGreaterThan(1_000);
    expect(before).not.toContain('BBB');
    reader.close();
  });

  it('a spy shows the loss, and the bytes that replace the lost ones', async () => {
    const { id } = writer.log;
    const spy = await Consumer.open(url(`/spy?from=start&prefix=${id}`));
    await spy.until('BBBB\n');
    store.lose(writer.log, FIVE);
    await append('CCCC\n');
    await spy.until('CCCC\n');
    expect(spy.text).toBe(
      `START: ${id}\n${id}:\nAAAA\nBBBB\n… bytes 5 to 10 of ${id} are lost\n${id}:\nCCCC\n`,
    );
    spy.close();
  });

  it('a spy that showed none of the lost bytes does not show the loss', async () => {
    const { id } = writer.log;
    const spy = await Consumer.open(url(`/spy?from=start&prefix=${id}`));
    await spy.until('BBBB\n');
    store.lose(writer.log, advance(START, 10));
    await store.append(writer, advance(START, 10), [Buffer.from('CCCC\n')]);
    await spy.until('CCCC\n');
    expect(spy.text).not.toContain('lost');
    spy.close();
  });

  it('the events of /v1/stream end, and their last token gets 410', async () => {
    const reader = await Consumer.open(durable(writer.log, '?offset=-1&live=sse'));
    await reader.until('"upToDate":true');
    expect(reader.text).toContain(`"streamNextOffset":"${token(0, 10)}"`);
    store.lose(writer.log, FIVE);
    expect(await reader.end()).toMatchObject({ complete: true });
    expect(reader.text).not.toContain('streamClosed');
    await append('CCCC\nDDDD\n');
    for (const query of [`?offset=${token(0, 10)}`, `?offset=${token(0, 10)}&live=sse`]) {
      const answer = await request(durable(writer.log, query));
      expect([answer.status, answer.headers['stream-next-offset']]).toEqual([410, token(0, 5)]);
      expect(JSON.parse(answer.text)).toEqual({
        error: expect.stringContaining(
          `lost the bytes 5 to 10, which had been acknowledged: go on at offset ${token(0, 5)}`,
        ),
        code: 'bytes_lost',
        lost: { from: 5, to: 10 },
      });
    }
    const onward = await request(durable(writer.log, `?offset=${token(0, 5)}`));
    expect([onward.text, onward.headers['stream-next-offset']]).toEqual(['CCCC\nDDDD\n', token(1, 15)]);
    expect((await request(durable(writer.log, `?offset=${token(1, 15)}`))).status).toBe(200);
    const events = await Consumer.open(durable(writer.log, `?offset=${token(0, 5)}&live=sse`));
    await events.until(`"streamNextOffset":"${token(1, 15)}"`);
    events.close();
  });

  it('a long poll behind the loss gets 410 at once', async () => {
    const waiting = request(durable(writer.log, `?offset=${token(0, 10)}&live=long-poll`));
    await store.untilWatched(writer.log);
    store.lose(writer.log, FIVE);
    const { status, headers } = await waiting;
    expect([status, headers['stream-next-offset']]).toEqual([410, token(0, 5)]);
    const undisturbed = request(durable(writer.log, `?offset=${token(0, 5)}&live=long-poll`));
    await store.untilWatched(writer.log);
    await append('CCCC\n');
    expect(await undisturbed).toMatchObject({
      status: 200,
      text: 'CCCC\n',
      headers: { 'stream-next-offset': token(1, 10) },
    });
  });

  it('appends, HEAD, forks and the close use the tokens after the loss', async () => {
    const { info } = await store.create(writer.log.id, { contentType: 'text/plain' }, 'replace');
    const at = url(`/v1/stream/${info.id}`);
    const post = (body: string, headers = {}) =>
      request(at, { method: 'POST', body, headers: { 'Content-Type': 'text/plain', ...headers } });
    expect((await post('AAAA\nBBBB\n')).headers['stream-next-offset']).toBe(token(0, 10));
    store.lose(info, FIVE);
    expect((await post('CCCC\n')).headers['stream-next-offset']).toBe(token(1, 10));
    expect((await request(at, { method: 'HEAD' })).headers['stream-next-offset']).toBe(token(1, 10));
    const fork = (offset: string, id: string) =>
      request(url(`/v1/stream/${id}`), {
        method: 'PUT',
        headers: { 'Stream-Forked-From': `/v1/stream/${info.id}`, 'Stream-Fork-Offset': offset },
      });
    const refused = await fork(token(0, 10), `${info.id}-a`);
    expect([refused.status, refused.headers['stream-next-offset']]).toEqual([410, token(0, 5)]);
    expect((await fork(token(1, 10), `${info.id}-b`)).headers['stream-next-offset']).toBe(token(1, 10));
    expect((await fork(token(1, 10), `${info.id}-b`)).status).toBe(200);
    // The fork has the offsets of its source, and has lost nothing itself.
    const behind = await request(url(`/v1/stream/${info.id}-b?offset=${token(0, 10)}`));
    expect([behind.status, behind.headers['stream-next-offset']]).toEqual([410, token(0, 5)]);
    expect((await request(url(`/v1/stream/${info.id}-b?offset=${token(1, 10)}`))).status).toBe(200);
    expect(JSON.parse((await request(url(`/stream/${info.id}-b/info`))).text)).not.toHaveProperty('losses');
    expect((await request(url(`/stream/${info.id}-b?notail&offset=10`))).status).toBe(200);
    store.lose(info, FIVE);
    await post('DDDD\n');
    expect((await fork(token(2, 10), `${info.id}-b`)).status).toBe(409);
    const closed = await post('', { 'Stream-Closed': 'true' });
    expect(closed.headers['stream-next-offset']).toBe(token(2, 10));
    expect((await post('more')).headers['stream-next-offset']).toBe(token(2, 10));
  });

  it('a repeated fork is refused once its source has lost bytes that the fork has', async () => {
    const id = `${writer.log.id}-fork`;
    const headers = { 'Stream-Forked-From': `/v1/stream/${writer.log.id}` };
    const fork = () => request(url(`/v1/stream/${id}`), { method: 'PUT', headers });
    expect((await fork()).status).toBe(201);
    const { generation } = (await store.info(parseLogId(id))) ?? {};
    store.lose({ id: parseLogId(id), generation: String(generation) }, advance(START, 9));
    expect((await fork()).status).toBe(200);
    store.lose(writer.log, FIVE);
    expect((await fork()).status).toBe(409);
  });

  it('the entity tags change after the loss', async () => {
    const tags = async (): Promise<unknown[]> => {
      const whole = await request(durable(writer.log, `?offset=${token(0, 0)}`));
      return [whole.headers.etag];
    };
    const before = await tags();
    store.lose(writer.log, FIVE);
    await append('CCCC\n');
    expect(await tags()).not.toEqual(before);
  });

  it.each([
    ['of an earlier stream with losses', token(3, 5), 400],
    ['beyond the end', token(0, 11), 400],
    ['in no valid form', token(0, 5).slice(1), 400],
  ])('a token %s is refused', async (_which, offset, status) => {
    expect((await request(durable(writer.log, `?offset=${offset}`))).status).toBe(status);
  });
});
