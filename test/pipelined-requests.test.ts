import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { finish } from '../src/http/live/finish';
import { markLongLived, PROGRESS_EVENT } from '../src/http/live/long-lived';
import { waitForDrain } from '../src/http/live/wait-for-drain';
import { Asked, listen, stopListening } from './support/listening';

const GET = 'GET / HTTP/1.1\r\nHost: x\r\n\r\n';
const POST = 'POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n';

const nextTurn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

afterEach(stopListening);

describe('pipelined requests', () => {
  it('a read starts once the change before it is answered, even behind an open tail', async () => {
    const asked = new Asked();
    const { dial } = await listen(asked.handle);
    const client = (await dial()).send(GET + POST + POST);
    const tail = await asked.nth(1);
    markLongLived(tail);
    (await asked.nth(2)).end('first change;');
    (await asked.nth(3)).end('second change;');
    client.send(GET);
    (await asked.nth(4)).end('a read;');
    tail.end('a tail;');
    await client.until('a read;');
    expect(client.received.match(/\w+ \w+;/g)).toEqual([
      'a tail;',
      'first change;',
      'second change;',
      'a read;',
    ]);
  });

  it('a request does not start before the change before it has its whole answer', async () => {
    const asked = new Asked();
    const { dial } = await listen(asked.handle);
    const client = (await dial()).send(POST + GET + POST);
    const change = await asked.nth(1);
    change.write('begun');
    await client.until('begun');
    expect(asked.count).toBe(1);
    change.end();
    (await asked.nth(2)).end();
    await asked.nth(3);
  });

  it('a change starts only after the reads before it have their whole answers', async () => {
    const asked = new Asked();
    const { dial } = await listen(asked.handle);
    const client = (await dial()).send(GET + GET + POST + GET);
    const [first, second] = [await asked.nth(1), await asked.nth(2)];
    second.end('second read;');
    first.write('first');
    await client.until('first');
    expect(asked.count).toBe(2);
    first.end(' read;');
    (await asked.nth(3)).end('a change;');
    (await asked.nth(4)).end('a last read;');
    await client.until('a last read;');
    expect(client.received.match(/[\w ]+;/g)).toEqual([
      ' read;',
      'second read;',
      'a change;',
      'a last read;',
    ]);
  });

  it('a change starts although a read before it cannot be sent behind a tail', async () => {
    const asked = new Asked();
    const { dial } = await listen(asked.handle);
    const client = (await dial()).send(GET + GET + POST);
    const [tail, read] = [await asked.nth(1), await asked.nth(2)];
    read.write('x'.repeat(read.writableHighWaterMark));
    read.emit(PROGRESS_EVENT);
    await nextTurn();
    expect(asked.count).toBe(2);
    markLongLived(tail);
    (await asked.nth(3)).end('a change;');
    tail.end();
    read.end();
    await client.until('a change;');
  });

  it('a change starts although a read before it was cut behind a tail', async () => {
    const asked = new Asked();
    const { dial } = await listen(asked.handle);
    const client = (await dial()).send(GET + GET + POST);
    const [tail, read] = [await asked.nth(1), await asked.nth(2)];
    markLongLived(tail);
    read.write('x'.repeat(read.writableHighWaterMark));
    read.destroy();
    (await asked.nth(3)).end();
    client.send(POST);
    await asked.nth(4);
  });

  it('an answer that waits behind a tail is not cut as slow', async () => {
    const asked = new Asked();
    const { dial } = await listen(asked.handle);
    const client = (await dial()).send(GET.repeat(3));
    const [tail, first, second] = [await asked.nth(1), await asked.nth(2), await asked.nth(3)];
    // Longer than a busy machine keeps the process from sending, once it may.
    const stalledMs = 1_000;
    finish(first, stalledMs, Buffer.from('first read;'));
    second.write('x'.repeat(second.writableHighWaterMark));
    const taken = waitForDrain(second, stalledMs, new AbortController().signal);
    // A timer of the same length that was set later fires later.
    await delay(stalledMs);
    expect([first.destroyed, second.destroyed]).toEqual([false, false]);
    tail.end('a tail;');
    await taken;
    second.end('second read;');
    await client.until('second read;');
  });

  it('requests end when their client leaves, even if too many wait to read the connection', async () => {
    const asked = new Asked();
    const { dial } = await listen(asked.handle, { http: { consumerTimeout: '1s' } });
    const client = (await dial()).send(GET.repeat(200));
    const res = await asked.nth(150);
    client.socket.resetAndDestroy();
    await once(res, 'close');
    expect(res.writableFinished).toBe(false);
  });

  it('requests are read up to a bound while many wait, and all are answered in the end', async () => {
    const waiting: ServerResponse[] = [];
    let taken = 0;
    let isOpen = false;
    const { dial } = await listen((_req, res) => {
      taken += 1;
      if (isOpen) res.end();
      else waiting.push(res);
    });
    const client = await dial();
    client.send(GET.repeat(10_000));
    while (taken === 0) await nextTurn();
    for (let before = 0; before !== taken; ) {
      before = taken;
      for (let turn = 0; turn < 50; turn += 1) await nextTurn();
    }
    expect(taken).toBeLessThan(5_000);
    isOpen = true;
    for (const res of waiting) res.end();
    let answered = 0;
    while (answered < 10_000) {
      answered += client.received.split('HTTP/1.1 200').length - 1;
      client.received = client.received.slice(client.received.lastIndexOf('HTTP/1.1 200') + 1);
      if (answered < 10_000) await once(client.socket, 'data');
    }
    expect(taken).toBe(10_000);
  });

  it('all requests end when their connection breaks', async () => {
    const asked = new Asked();
    const { dial } = await listen(asked.handle);
    const client = (await dial()).send(GET.repeat(3));
    const answers = [await asked.nth(1), await asked.nth(2), await asked.nth(3)];
    // It has been written, and waits for its turn all the same.
    answers[1]?.end('second');
    const over = Promise.all(answers.map((answer) => once(answer, 'close')));
    client.socket.resetAndDestroy();
    await over;
    expect(answers.map(({ closed, destroyed }) => closed && destroyed)).toEqual([true, true, true]);
  });

  it('a tail ends when its client closes its side, even if a POST is behind it', async () => {
    const asked = new Asked();
    const { dial } = await listen(asked.handle);
    const client = (await dial()).send(GET + POST);
    const res = await asked.nth(1);
    markLongLived(res);
    (await asked.nth(2)).end('stored');
    client.socket.end();
    await once(res, 'close');
    expect(res.writableFinished).toBe(false);
  });
});
