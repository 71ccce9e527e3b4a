import { Consumer, Producer, request } from '../support/http';
import { onEachStore } from './on-each-store';

const EVENTS = { Accept: 'text/event-stream' };

/** What follows the offset in the ids of its events. */
function generationOf({ headers }: Consumer): string {
  return String(headers['x-stream-generation']);
}

onEachStore('server-sent events', ({ url, freshId }) => {
  const open = (id: string, headers = {}, query = '') =>
    Consumer.open(url(`/stream/${id}${query}`), { ...EVENTS, ...headers });
  const store = async (body: string): Promise<string> => {
    const id = freshId();
    await request(url(`/stream/${id}`), { method: 'POST', body });
    return id;
  };

  it('an event has all lines that came together, the offset after them and the generation', async () => {
    const consumer = await open(await store('one\ntwo\n\n four\n'));
    await consumer.end();
    expect(consumer.headers['content-type']).toBe('text/event-stream; charset=utf-8');
    const id = `15-${generationOf(consumer)}`;
    expect(consumer.text).toBe(
      `retry: 2000\nid: ${id}\ndata: one\ndata: two\ndata: \ndata:  four\n\n` +
        `event: end\nid: ${id}\ndata: closed; outcome=complete\n\n`,
    );
  });

  it('an unfinished line is sent as a partial event after a moment, and its rest follows', async () => {
    const id = freshId();
    const producer = new Producer(url(`/stream/${id}`));
    await producer.head;
    const consumer = await open(id);
    await producer.write('Continue? ');
    const generation = generationOf(consumer);
    await consumer.until(`event: partial\nid: 10-${generation}\ndata: Continue? \n\n`);
    await producer.write('yes\n');
    await consumer.until(`id: 14-${generation}\ndata: yes\n\n`);
    await producer.end('bye');
    await consumer.end();
    expect(consumer.text).toContain(
      `event: partial\nid: 17-${generation}\ndata: bye\n\nevent: end\nid: 17-${generation}\n`,
    );
  });

  it('events never split a character, and show malformed UTF-8 as U+FFFD', async () => {
    const id = freshId();
    const producer = new Producer(url(`/stream/${id}`));
    await producer.head;
    const consumer = await open(id);
    for (const byte of Buffer.from('€\n')) await producer.write(Buffer.from([byte]));
    await consumer.until('data: €\n\n');
    await producer.end(Buffer.from([0xff, 0x0a]));
    await consumer.end();
    expect(consumer.text).toContain(`id: 6-${generationOf(consumer)}\ndata: \ufffd\n\n`);
  });

  it('events resume at Last-Event-ID or offset, and a reader that has had the end gets 204', async () => {
    const id = await store('one\ntwo\n');
    const resumed = await open(id, { 'Last-Event-ID': '4' });
    await resumed.end();
    expect(resumed.text).toContain(`id: 8-${generationOf(resumed)}\ndata: two\n\n`);
    expect(resumed.text).not.toContain('one');
    const byOffset = await open(id, {}, '?offset=4');
    await byOffset.end();
    expect(byOffset.text).toContain(`id: 8-${generationOf(byOffset)}\ndata: two\n\n`);
    expect(
      (await request(url(`/stream/${id}`), { headers: { ...EVENTS, 'Last-Event-ID': '8' } })).status,
    ).toBe(204);
    const beyond = await request(url(`/stream/${id}`), { headers: { ...EVENTS, 'Last-Event-ID': '9' } });
    expect(beyond.status).toBe(416);
    const nonsense = await request(url(`/stream/${id}`), { headers: { ...EVENTS, 'Last-Event-ID': 'x' } });
    expect(nonsense.status).toBe(400);
  });

  it('a CR whose LF is still to come is sent as a partial line', async () => {
    const id = freshId();
    const producer = new Producer(url(`/stream/${id}`));
    await producer.head;
    const consumer = await open(id);
    await producer.write('abc\r');
    await consumer.until(`event: partial\nid: 3-${generationOf(consumer)}\ndata: abc\n\n`);
    await producer.end('\ndef\n');
    await consumer.end();
    expect(consumer.text).toContain(`id: 9-${generationOf(consumer)}\ndata: \ndata: def\n\n`);
  });

  it('events end with outcome=deleted when the stream is deleted', async () => {
    const id = freshId();
    const producer = new Producer(url(`/stream/${id}`));
    await producer.head;
    const consumer = await open(id);
    await request(url(`/stream/${id}`), { method: 'DELETE' });
    await consumer.end();
    expect(consumer.text).toContain(
      `event: end\nid: 0-${generationOf(consumer)}\ndata: closed; outcome=deleted\n\n`,
    );
    producer.destroy();
  });
});
