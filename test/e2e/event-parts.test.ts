import { type Answer, Consumer, Producer, request } from '../support/http';
import { onEachStore } from './on-each-store';

const EVENTS = { Accept: 'text/event-stream' };

/** The ids of the events of a text, without the generation, which is the same in all. */
function idsIn({ text }: { readonly text: string }): string[] {
  return [...text.matchAll(/^id: (\d+)-[^;\n]+(;\S+)?$/gm)].map(([, offset, rest = '']) => offset + rest);
}

/** The ids as they are. */
function rawIdsIn({ text }: { readonly text: string }): string[] {
  return [...text.matchAll(/^id: (\S+)$/gm)].map(([, id = '']) => id);
}

function dataIn({ text }: { readonly text: string }): string[] {
  return [...text.matchAll(/^data: ?(.*)$/gm)].map(([, data = '']) => data);
}

onEachStore('events of a part', ({ url, freshId }) => {
  const store = async (body: string): Promise<string> => {
    const id = freshId();
    await request(url(`/stream/${id}`), { method: 'POST', body });
    return id;
  };
  const get = (id: string, query: string, headers = {}): Promise<Answer> =>
    request(url(`/stream/${id}?${query}`), { headers: { ...EVENTS, ...headers } });
  const open = (id: string, query: string, headers = {}): Promise<Consumer> =>
    Consumer.open(url(`/stream/${id}?${query}`), { ...EVENTS, ...headers });
  const begin = async (text: string): Promise<{ id: string; producer: Producer }> => {
    const id = freshId();
    const producer = new Producer(url(`/stream/${id}`));
    await producer.head;
    const all = await Consumer.open(url(`/stream/${id}`));
    await producer.write(text);
    await all.until(text);
    all.close();
    return { id, producer };
  };
  const END = 'closed; outcome=complete';

  it.each([
    ['tail=1', ['three', END], ['14', '14']],
    ['line=2', ['two', 'three', END], ['14', '14']],
    ['line=2&lines=1', ['two', END], ['8;lines=0', '8;end']],
    ['offset=1&lines=2', ['ne', 'two', END], ['8;lines=0', '8;end']],
    ['length=6', ['one', 'tw', END], ['4;length=2', '6;length=0', '6;end']],
    ['tail=2&lines=9', ['two', 'three', END], ['14;lines=7', '14;end']],
    ['lines=0', [END], ['0;end']],
    ['until=1h', [END], ['0;end']],
    ['since=1h', ['one', 'two', 'three', END], ['14', '14']],
  ])('of a closed stream for ?%s have exact ids, and then the end', async (query, data, ids) => {
    const answer = await get(await store('one\ntwo\nthree\n'), query);
    expect(answer.status).toBe(200);
    expect(dataIn(answer)).toEqual(data);
    expect(idsIn(answer)).toEqual(ids);
    expect(answer.headers['x-stream-offset']).toBeDefined();
  });

  it('of an open stream go on live up to their bound, and end with the state of that moment', async () => {
    const { id, producer } = await begin('one\ntwo\n');
    const consumer = await open(id, 'tail=1&lines=3');
    await consumer.until('data: two\n\n');
    await producer.write('three\n');
    await consumer.until('data: three\n\n');
    await producer.write('four\nfive\n');
    expect(await consumer.end()).toMatchObject({ complete: true });
    expect(dataIn(consumer)).toEqual(['two', 'three', 'four', 'open']);
    expect(idsIn(consumer)).toEqual(['8;lines=2', '14;lines=1', '19;lines=0', '19;end']);
    await producer.end();
  });

  it('begin with what is still to come, and their ids count what was skipped', async () => {
    const { id, producer } = await begin('one\ntwo\n');
    const consumer = await open(id, 'line=4');
    await producer.write('three\n');
    await producer.end('four\nfive\n');
    await consumer.end();
    expect(dataIn(consumer)).toEqual(['four', 'five', END]);
    expect(idsIn(consumer)).toEqual(['24', '24']);
  });

  it('go on after a reconnect with what is left of the bound, and 204 ends it', async () => {
    const { id, producer } = await begin('one\ntwo\n');
    const first = await open(id, 'tail=2&lines=3');
    await first.until('data: two\n\n');
    first.close();
    await producer.write('three\nfour\n');
    const [seen = ''] = rawIdsIn(first);
    const second = await open(id, 'tail=2&lines=3', { 'Last-Event-ID': seen });
    await second.end();
    expect(dataIn(second)).toEqual(['three', 'open']);
    for (const last of rawIdsIn(second)) {
      const back = await get(id, 'tail=2&lines=3', { 'Last-Event-ID': last });
      expect([back.status, back.text]).toEqual([204, '']);
    }
    await producer.end();
  });

  it('of a bound of bytes go on after a reconnect in the middle of a line', async () => {
    const id = await store('one\ntwo\nthree\n');
    const generation = (await get(id, 'tail=0')).headers['x-stream-generation'];
    const again = await get(id, 'length=10', { 'Last-Event-ID': `4-${generation};length=6` });
    expect(dataIn(again)).toEqual(['two', 'th', END]);
    expect(idsIn(again)).toEqual(['8;length=2', '10;length=0', '10;end']);
  });

  it.each(['tail=0', 'tail=0&lines=2', 'offset=-7', 'tail=3'])(
    'from the end on leave nothing out when a reader of ?%s comes back that has got no text yet',
    async (query) => {
      const isEmpty = !query.startsWith('tail=0');
      const { id, producer } = await begin(isEmpty ? '' : 'one\nunfin');
      const first = await open(id, query);
      await first.until('data: \n\n');
      expect(first.text).toContain('event: partial\n');
      const [seen = ''] = rawIdsIn(first);
      first.close();
      await producer.end('ished\ntwo\nthree\nfour\nfive\n');
      const again = await get(id, query, { 'Last-Event-ID': seen });
      const all = ['ished', 'two', 'three', 'four', 'five'];
      expect(dataIn(again)).toEqual([...(query.includes('lines=2') ? all.slice(0, 2) : all), END]);
    },
  );

  it('up to a time are over at their end: a reconnect gets 204', async () => {
    const { id, producer } = await begin('one\n');
    const query = `until=${Date.now() / 1_000 + 0.5}`;
    const consumer = await open(id, query);
    await consumer.end();
    expect(dataIn(consumer)).toEqual(['one', 'open']);
    for (const last of rawIdsIn(consumer))
      expect((await get(id, query, { 'Last-Event-ID': last })).status).toBe(204);
    await producer.end();
  });

  it('without a bound go on after a reconnect from the id, whatever the start of the query', async () => {
    const id = await store('one\ntwo\nthree\n');
    for (const start of ['tail=1', 'line=1', 'offset=0', 'since=1h', 'since=2100-01-01T00:00:00Z']) {
      const answer = await get(id, start, { 'Last-Event-ID': '4' });
      expect(dataIn(answer)).toEqual(['two', 'three', END]);
    }
    expect((await get(id, 'line=1', { 'Last-Event-ID': '14' })).status).toBe(204);
  });

  it('begin anew with a reset if the stream was replaced, from the same start but for an offset', async () => {
    const id = await store('one\ntwo\nthree\n');
    const [seen = ''] = rawIdsIn(await get(id, 'tail=1'));
    await request(url(`/stream/${id}?force=true`), { method: 'POST', body: 'un\ndeux\n' });
    const withTail = await get(id, 'tail=1&lines=1', { 'Last-Event-ID': seen });
    expect(withTail.text).toContain('event: reset\n');
    expect(dataIn(withTail).slice(1)).toEqual(['deux', END]);
    const withOffset = await get(id, 'offset=3', { 'Last-Event-ID': seen });
    expect(dataIn(withOffset).slice(1)).toEqual(['un', 'deux', END]);
  });

  it('of HEAD have the headers and no body', async () => {
    const id = await store('one\ntwo\n');
    const head = await request(url(`/stream/${id}?line=2&lines=1`), { method: 'HEAD', headers: EVENTS });
    expect([head.status, head.text]).toEqual([200, '']);
    expect(head.headers).toMatchObject({
      'content-type': 'text/event-stream; charset=utf-8',
      'x-stream-line': '2',
      'x-stream-lines': '2',
    });
  });

  it.each(['5-x;lines=y', '5-x;left=3', '5;lines=3', '5-x;end=1'])(
    'refuse a Last-Event-ID "%s", which is none of theirs',
    async (seen) => {
      const answer = await get(await store('one\ntwo\n'), 'lines=3', { 'Last-Event-ID': seen });
      expect([answer.status, JSON.parse(answer.text).code]).toEqual([400, 'header_invalid']);
    },
  );
});
