import { setTimeout as delay } from 'node:timers/promises';
import { Consumer, Producer, request } from '../support/http';
import { startTcpSwitch } from '../support/tcp-switch';
import { Checker } from './checker';
import { eventually } from './eventually';
import { followOverHttp } from './following';
import { complaints } from './health';
import { Load } from './load';
import { itAtRandom } from './random';
import { withStage } from './stage';
import { StreamProcess } from './stream-process';

const QUICK = 'redis: {nodeLease: 6s}\nresumeGrace: 60s\nproducerGrace: 60s\njanitor: {interval: 500ms}';

describe('two nodes on one Redis', () => {
  const stage = withStage();
  const nodes = async () => {
    const redis = await stage.redis();
    return Promise.all([stage.loom(redis.url, QUICK), stage.loom(redis.url, QUICK)]);
  };

  it('a tail, events, a spy and the list of one node show a stream of the other node', async () => {
    const [here, there] = await nodes();
    const spy = await Consumer.open(`${there.url}/spy`);
    const producer = new Producer(`${here.url}/stream/shared`);
    await producer.head;
    const tail = await Consumer.open(`${there.url}/stream/shared`);
    const events = await Consumer.open(`${there.url}/stream/shared`, { Accept: 'text/event-stream' });
    for (const line of ['first\n', 'second\n']) {
      await producer.write(line);
      await Promise.all([tail.until(line), events.until(`data: ${line}`), spy.until(line)]);
    }
    const [listed] = JSON.parse((await request(`${there.url}/stream`)).text).streams;
    expect(listed).toMatchObject({ id: 'shared', state: 'open', bytes: 13 });
    await producer.end();
    expect((await tail.end()).complete).toBe(true);
    expect(tail.text).toBe('first\nsecond\n');
    expect(await events.until('event: end')).toContain('data: closed; outcome=complete');
    expect(await spy.until('END: shared\n')).toBe('START: shared\nshared:\nfirst\nsecond\nEND: shared\n');
    spy.close();
  });

  itAtRandom('a load that is produced on one node is read whole on the other', async (random) => {
    const [here, there] = await nodes();
    const checker = new Checker();
    const load = stage.add(
      new Load({ checker, random, url: () => here.url, consumerUrl: () => there.url }),
      (it) => it.abandon(),
    );
    for (let i = 0; i < 3; i += 1) load.shout();
    load.pipe();
    load.patch(4_000_000);
    load.flood(50_000_000);
    await delay(1_000);
    await load.finish();
    expect(await checker.violations(here.url)).toEqual([]);
    expect(await checker.violations(there.url)).toEqual([]);
    expect([...complaints(here), ...complaints(there)]).toEqual([]);
  });

  it('a producer continues at the other node, and its old connection is closed', async () => {
    const [here, there] = await nodes();
    const first = new Producer(`${here.url}/stream/moved`);
    await first.head;
    const tails = [
      await Consumer.open(`${here.url}/stream/moved`),
      await Consumer.open(`${there.url}/stream/moved`),
    ];
    await first.write('from here, ');
    await Promise.all(tails.map((tail) => tail.until('from here, ')));
    const answer = await request(`${there.url}/stream/moved`, {
      method: 'PATCH',
      headers: {
        'Content-Type': 'application/partial-upload',
        'Upload-Offset': '11',
        'Upload-Complete': '?1',
      },
      body: 'from there',
    });
    expect(answer.status).toBe(204);
    await first.cut();
    for (const tail of tails) {
      expect((await tail.end()).complete).toBe(true);
      expect(tail.text).toBe('from here, from there');
    }
  });

  it('a stream of a node that dies is interrupted and continues at the other node', async () => {
    const [dying, surviving] = await nodes();
    const gate = stage.add(await startTcpSwitch(dying.port), (it) => it.close());
    const checker = new Checker();
    const history = checker.stream('survivor');
    const producer = stage.add(new StreamProcess([`http://127.0.0.1:${gate.port}`, history.id]), (it) =>
      it.kill(),
    );
    history.written(100_000);
    await producer.write(history.source.bytes(0, 50_000));
    const state = async () =>
      (await request(`${surviving.url}/stream/${history.id}`, { method: 'HEAD' })).headers;
    await eventually('the first half is there', async () => (await state())['upload-offset'] === '50000');
    const tail = await Consumer.open(`${surviving.url}/stream/${history.id}`);
    const reading = history.reader('a reader from the middle', 20_000);
    const read = followOverHttp(
      () => `${surviving.url}/stream/${history.id}`,
      reading,
      new AbortController().signal,
    );

    await dying.kill('SIGKILL');
    await eventually(
      'the stream is interrupted',
      async () => (await state())['x-stream-state'] === 'interrupted',
    );
    expect(tail.res.destroyed).toBe(false);
    gate.to(surviving.port);
    await producer.write(history.source.bytes(50_000, 100_000));
    producer.stdin.end();
    expect(await producer.exited).toBe(0);
    history.completed();
    await read;
    expect((await tail.end()).complete).toBe(true);
    expect(tail.bytes.equals(history.source.bytes(0, 100_000))).toBe(true);
    expect(await checker.violations(surviving.url)).toEqual([]);
    expect(complaints(surviving)).toEqual([]);
  });
});
