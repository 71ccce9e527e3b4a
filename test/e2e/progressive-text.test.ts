import { Producer, request } from '../support/http';
import { onEachStore } from './on-each-store';

onEachStore('the progressive text of Jenkins', ({ url, freshId }) => {
  const textOf = async (id: string, start?: number, headers: Record<string, string> = {}) => {
    const query = start === undefined ? '' : `?start=${start}`;
    const answer = await request(url(`/stream/${id}/progressiveText${query}`), { headers });
    const { 'x-text-size': size, 'x-more-data': more } = answer.headers;
    return { status: answer.status, text: answer.text, size, more, answer };
  };
  const made = async (body: string) => {
    const id = freshId();
    await request(url(`/stream/${id}`), { method: 'POST', body });
    return id;
  };

  it('of a closed stream is all from the start on, and there is no more', async () => {
    const id = await made('one\ntwo\nthree');
    const all = await textOf(id);
    expect(all).toMatchObject({ status: 200, text: 'one\ntwo\nthree', size: '13', more: undefined });
    expect(all.answer.headers).toMatchObject({
      'content-type': 'text/plain; charset=utf-8',
      'content-length': '13',
      'cache-control': expect.stringContaining('no-store'),
    });
    expect(await textOf(id, 4)).toMatchObject({ text: 'two\nthree', size: '13', more: undefined });
    expect(await textOf(id, 13)).toMatchObject({ text: '', size: '13', more: undefined });
  });

  it('of an open stream has whole lines only, until a client that asks again has all of it', async () => {
    const id = freshId();
    const producer = new Producer(url(`/stream/${id}`));
    await producer.head;
    await producer.write('one\nhalf €');
    let [start, text] = [0, ''];
    const poll = async (): Promise<boolean> => {
      const answer = await textOf(id, start);
      text += answer.text;
      start = Number(answer.size);
      return answer.more === 'true';
    };
    while (text === '') expect(await poll()).toBe(true);
    expect([text, start]).toEqual(['one\n', 4]);
    await producer.write(' done\r10 %\r20 %');
    while (!text.includes('10 %')) expect(await poll()).toBe(true);
    expect(text).toBe('one\nhalf € done\r10 %\r');
    await producer.end('\nlast');
    expect(await poll()).toBe(false);
    expect(text).toBe('one\nhalf € done\r10 %\r20 %\nlast');
  });

  it('an unfinished line that is very long comes in pieces', async () => {
    const id = freshId();
    const producer = new Producer(url(`/stream/${id}`));
    await producer.head;
    await producer.write('x'.repeat(300_000));
    for (;;) if ((await textOf(id)).text.length === 300_000) break;
    await producer.end();
  });

  it('begins anew for a client that is beyond the end, as after a rotation of the log', async () => {
    expect(await textOf(await made('new\n'), 4_000)).toMatchObject({ text: 'new\n', size: '4' });
  });

  it('refuses a start that is no offset, other parameters, and a stream that does not exist', async () => {
    const id = await made('x');
    for (const query of ['start=-1', 'start=x', 'offset=0'])
      expect((await request(url(`/stream/${id}/progressiveText?${query}`))).status).toBe(400);
    expect((await textOf('nothing')).status).toBe(404);
    expect((await request(url(`/stream/${id}/progressiveText`), { method: 'POST' })).status).toBe(405);
  });

  it('has the same head for HEAD', async () => {
    const { headers, text } = await request(url(`/stream/${await made('one\n')}/progressiveText`), {
      method: 'HEAD',
    });
    expect([headers['x-text-size'], headers['content-length'], text]).toEqual(['4', '4', '']);
  });
});
