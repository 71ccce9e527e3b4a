import { Consumer, Producer, request } from '../support/http';
import { onEachStore } from './on-each-store';

onEachStore('spies', ({ url, freshId }) => {
  const spyOn = (prefix: string, query = '') => Consumer.open(url(`/spy?prefix=${prefix}${query}`));

  it('a spy shows new streams from their start to their end', async () => {
    const prefix = freshId();
    const spy = await spyOn(prefix);
    expect(spy.status).toBe(200);
    expect(spy.headers['content-type']).toBe('text/plain; charset=utf-8');
    const [a, b] = [`${prefix}-a`, `${prefix}-b`];
    const first = new Producer(url(`/stream/${a}`));
    await first.head;
    await spy.until(`START: ${a}\n`);
    await first.write('one\n');
    await spy.until('one\n');
    const second = new Producer(url(`/stream/${b}`));
    await second.head;
    await spy.until(`START: ${b}\n`);
    await second.write('two, unfinished');
    await spy.until('unfinished');
    await first.end('three\n');
    await spy.until(`END: ${a}\n`);
    await second.end();
    await spy.until(`END: ${b}\n`);
    expect(spy.text).toBe(
      `START: ${a}\n${a}:\none\nSTART: ${b}\n${b}:\ntwo, unfinished\n${a}:\nthree\nEND: ${a}\nEND: ${b}\n`,
    );
    spy.close();
  });

  it('a spy that asks for NDJSON gets an object for each piece of text and each report', async () => {
    const prefix = freshId();
    const headers = { Accept: 'application/x-ndjson, */*;q=0.5' };
    const spy = await Consumer.open(url(`/spy?prefix=${prefix}`), headers);
    expect(spy.headers['content-type']).toBe('application/x-ndjson');
    const id = `${prefix}-a`;
    const producer = new Producer(url(`/stream/${id}`));
    await producer.head;
    await producer.write(`END: ${id}\n`);
    await spy.until('END');
    await producer.end();
    await spy.until('"event":"end"}\n');
    expect(spy.text.trimEnd().split('\n')).toEqual([
      `{"id":"${id}","event":"start"}`,
      `{"id":"${id}","text":"END: ${id}\\n"}`,
      `{"id":"${id}","event":"end"}`,
    ]);
    spy.close();
  });

  it('a spy shows open streams from now on, or from their first byte with from=start', async () => {
    const prefix = freshId();
    const id = `${prefix}-x`;
    const producer = new Producer(url(`/stream/${id}`));
    await producer.head;
    const consumer = await Consumer.open(url(`/stream/${id}`));
    await producer.write('before\n');
    await consumer.until('before\n');
    const fromNow = await spyOn(prefix);
    const fromStart = await spyOn(prefix, '&from=start');
    await fromNow.until(`START: ${id}\n`);
    await fromStart.until('before\n');
    await producer.end('after\n');
    await fromNow.until(`END: ${id}\n`);
    await fromStart.until(`END: ${id}\n`);
    expect(fromNow.text).toBe(`START: ${id}\n${id}:\nafter\nEND: ${id}\n`);
    expect(fromStart.text).toBe(`START: ${id}\n${id}:\nbefore\nafter\nEND: ${id}\n`);
    for (const spy of [fromNow, fromStart]) spy.close();
  });

  it('a spy never cuts a character', async () => {
    const prefix = freshId();
    const id = `${prefix}-x`;
    const spy = await spyOn(prefix);
    const producer = new Producer(url(`/stream/${id}`));
    await producer.head;
    const consumer = await Consumer.open(url(`/stream/${id}`));
    for (const byte of Buffer.from('€😀')) await producer.write(Buffer.from([byte]));
    await consumer.until('😀');
    await producer.end('\n');
    await spy.until(`END: ${id}\n`);
    expect(spy.text).toBe(`START: ${id}\n${id}:\n€😀\nEND: ${id}\n`);
    for (const open of [spy, consumer]) open.close();
  });

  it('a spy colours each stream, beginning before the word START', async () => {
    const prefix = freshId();
    const id = `${prefix}-x`;
    const spy = await spyOn(prefix, '&color');
    await request(url(`/stream/${id}`), { method: 'POST', body: 'red?\n' });
    await spy.until(`END: ${id}`);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: escape sequences are what it is about.
    expect(spy.text).toMatch(/^\x1b\[1m\x1b\[\d+mSTART: .*\n(\x1b.*\x1b\[0m\n)+/);
    spy.close();
  });

  it('a spy gives twenty live streams twenty colours', async () => {
    const prefix = freshId();
    const spy = await spyOn(prefix, '&color');
    const ids = Array.from({ length: 20 }, (_, n) => `${prefix}-${n}`);
    const producers = ids.map((id) => new Producer(url(`/stream/${id}`)));
    for (const id of ids) await spy.until(`START: ${id}\u001b`);
    const starts = spy.text.split('\n').filter((line) => line.includes('START: '));
    expect(new Set(starts.map((line) => line.split('START: ')[0])).size).toBe(20);
    await Promise.all(producers.map((producer) => producer.end('done\n')));
    spy.close();
  });

  it('a spy shows END and START when a stream is replaced', async () => {
    const prefix = freshId();
    const id = `${prefix}-x`;
    const old = new Producer(url(`/stream/${id}`));
    await old.head;
    const spy = await spyOn(prefix);
    await spy.until(`START: ${id}\n`);
    await request(url(`/stream/${id}?force=true`), { method: 'POST', body: 'new\n' });
    await spy.until(`new\nEND: ${id}\n`);
    expect(spy.text).toBe(`START: ${id}\nEND: ${id}\nSTART: ${id}\n${id}:\nnew\nEND: ${id}\n`);
    spy.close();
  });

  it('a slow spy skips bytes, says how many, and does not slow the producer down', async () => {
    const prefix = freshId();
    const id = `${prefix}-x`;
    const spy = await spyOn(prefix);
    const megabytes = 64;
    const producer = new Producer(url(`/stream/${id}`));
    await producer.head;
    // The server waits for a spy that still reads stored bytes. A spy skips bytes only once it has reached the tail.
    for (const line of ['first\n', 'second\n']) {
      await producer.write(line);
      await spy.until(line);
    }
    spy.res.pause();
    for (let i = 0; i < 4 * megabytes; i += 1) {
      await producer.write(Buffer.alloc(1 << 18, 'x'));
      // Bytes that arrive faster than the server can show them are read from the store later, and not skipped.
      await request(url('/healthz'));
    }
    await producer.end('\n');
    spy.res.resume();
    const text = await spy.until(`END: ${id}\n`);
    const skipped = Number(/… (\d+) bytes of .* skipped\n/.exec(text)?.[1]);
    expect(skipped).toBeGreaterThan(0);
    expect(text.match(/x/g)?.length ?? 0).toBeLessThan(megabytes << 20);
    spy.close();
  });

  it.each(['from=never', 'prefix=a&prefix=b'])('a spy with %s is refused', async (query) => {
    expect((await request(url(`/spy?${query}`))).status).toBe(400);
  });
});
