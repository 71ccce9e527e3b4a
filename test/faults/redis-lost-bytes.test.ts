import { Redis } from 'ioredis';
import { Consumer, Producer, request } from '../support/http';
import type { LoomProcess } from '../support/loom-process';
import type { RedisServer } from '../support/redis-server';
import { eventually } from './eventually';
import { type Stage, withStage } from './stage';
import { StreamProcess } from './stream-process';

const EVENTS = { Accept: 'text/event-stream' };
const PATCH = {
  method: 'PATCH',
  headers: { 'Content-Type': 'application/partial-upload', 'Upload-Offset': '5', 'Upload-Complete': '?1' },
};

describe('two servers whose Redis restarts from an older file', () => {
  const stage = withStage();

  it('every reader gets the lost bytes and where to continue', async () => {
    const { redis, admin, one, other } = await setting(stage);
    const producer = new Producer(`${one.url}/stream/build`);
    await producer.write('AAAA\n');
    await holds(other, 'AAAA\n');
    await admin.save();
    const raw = await Promise.all([one, other].map((loom) => Consumer.open(`${loom.url}/stream/build`)));
    const events = await Consumer.open(`${other.url}/stream/build`, EVENTS);
    const polled = await request(`${other.url}/v1/stream/build?offset=-1`);
    const poll = request(`${other.url}/v1/stream/build?live=long-poll&offset=${tokenOf(polled)}`);
    const follow = streamProcess(stage, ['follow', other.url, 'build']);
    let followed = '';
    follow.stdout.on('data', (piece) => {
      followed += piece;
    });
    await eventually('the follower has begun', () => followed === 'AAAA\n');
    await producer.write('BBBB\n');
    const seen = tokenOf(await poll);
    for (const reader of [...raw, events]) await reader.until('BBBB\n');
    await eventually('the follower has all', () => followed === 'AAAA\nBBBB\n');

    await setBack(redis);
    for (const reader of [...raw, events]) await broken(reader);
    expect(events.text).not.toContain('event: end');
    const [, lastId = ''] = /id: (10-.*)/.exec(events.text) ?? [];
    const again = await Consumer.open(`${other.url}/stream/build`, { ...EVENTS, 'Last-Event-ID': lastId });
    await again.until('AAAA');
    expect(again.text).toMatch(
      /event: reset\nid: 0-\S+\ndata: \{.*"reason":"lost","lost":\{"from":5,"to":10\}/,
    );
    const generation = lastId.slice('10-'.length);
    for (const loom of [one, other]) {
      expect(await json(`${loom.url}/stream/build?offset=10&generation=${generation}`)).toMatchObject({
        status: 409,
        code: 'bytes_lost',
        lost: { from: 5, to: 10 },
      });
      expect(await json(`${loom.url}/stream/build?offset=10`)).toMatchObject({ status: 409 });
      expect(await json(`${loom.url}/v1/stream/build?offset=${seen}`)).toMatchObject({ status: 410 });
    }

    await producer.write('CCCC\n');
    await producer.cut();
    await request(`${one.url}/stream/build`, { ...PATCH, body: 'DDDD\n' });
    await holds(other, 'AAAA\nDDDD\n');
    await follow.exited;
    expect(followed).toBe('AAAA\nBBBB\nDDDD\n');
    expect(follow.stderr).toContain('lost bytes 5 to 10');
    expect(alarms([one, other])).toEqual([expect.objectContaining({ id: 'build', from: 5, to: 10 })]);
  });

  it('a PATCH whose bytes are lost gets 409 with them and the offset to continue at', async () => {
    const { redis, admin, one } = await setting(stage);
    await request(`${one.url}/stream/build`, {
      method: 'POST',
      headers: { 'Upload-Complete': '?0' },
      body: 'AAAA\n',
    });
    await admin.save();
    const producer = new Producer(`${one.url}/stream/build`, PATCH);
    await producer.write('BBBB\n');
    await holds(one, 'AAAA\nBBBB\n');
    await setBack(redis);
    await producer.write('CCCC\n');
    const answer = await producer.answer;
    expect(answer).toMatchObject({ status: 409, headers: { 'upload-offset': '5' } });
    expect(JSON.parse(answer.text)).toMatchObject({
      code: 'bytes_lost',
      error: expect.stringContaining('5 to 10'),
      lost: { from: 5, to: 10 },
    });
    await holds(one, 'AAAA\n');
  });

  it('bin/stream sends the lost bytes again', async () => {
    const { redis, admin, one, other } = await setting(stage);
    const stream = streamProcess(stage, [one.url, 'build']);
    await stream.write(Buffer.from('AAAA\n'));
    await holds(other, 'AAAA\n');
    await admin.save();
    await stream.write(Buffer.from('BBBB\n'));
    await holds(other, 'AAAA\nBBBB\n');
    await setBack(redis);
    await stream.write(Buffer.from('CCCC\n'));
    stream.stdin.end();
    expect(await stream.exited).toBe(0);
    await holds(other, 'AAAA\nBBBB\nCCCC\n');
  });
});

describe('two servers whose Redis restarts with everything', () => {
  const stage = withStage();

  it('readers get every byte on the same connection', async () => {
    const { redis, one, other } = await setting(stage, { persistence: 'always' });
    const producer = new Producer(`${one.url}/stream/build`);
    await producer.write('AAAA\n');
    await holds(other, 'AAAA\n');
    const readers = await Promise.all(
      [one, other].flatMap((loom) => [
        Consumer.open(`${loom.url}/stream/build`),
        Consumer.open(`${loom.url}/stream/build`, EVENTS),
      ]),
    );
    await setBack(redis);
    await producer.end('BBBB\n');
    for (const reader of readers) {
      expect(await reader.end()).toMatchObject({ complete: true });
      expect(reader.text).toMatch(/AAAA(.|\n)*BBBB/);
      expect(reader.text).not.toContain('reset');
    }
    expect(alarms([one, other])).toEqual([]);
  });
});

describe('two servers whose Redis is empty', () => {
  const stage = withStage();

  it.each([
    ['restarts without persistence', (redis: RedisServer) => setBack(redis)],
    ['is flushed', (_: RedisServer, admin: Redis) => admin.flushall()],
  ])('producers and readers get the error that the stream is lost when Redis %s', async (_, empty) => {
    const { redis, admin, one, other } = await setting(stage);
    const producer = new Producer(`${one.url}/stream/build`, { headers: { 'Upload-Complete': '?0' } });
    await producer.end('AAAA\n');
    const patch = new Producer(`${one.url}/stream/build`, PATCH);
    await patch.write('BBBB\n');
    await holds(other, 'AAAA\nBBBB\n');
    const tails = await Promise.all([one, other].map((loom) => Consumer.open(`${loom.url}/stream/build`)));
    const follow = streamProcess(stage, ['follow', other.url, 'build']);
    for (const tail of tails) await tail.until('BBBB\n');
    await new Promise((resolve) => follow.stdout.once('data', resolve));
    const stream = streamProcess(stage, [one.url, 'other']);
    await stream.write(Buffer.from('XXXX\n'));
    await holds(other, 'XXXX\n', 'other');

    await empty(redis, admin);
    await patch.write('CCCC\n');
    await stream.write(Buffer.from('YYYY\n'));
    const { status, text } = await patch.answer;
    expect([status, JSON.parse(text)]).toEqual([
      410,
      { error: 'The server has lost this stream', code: 'stream_lost' },
    ]);
    for (const tail of tails) await broken(tail);
    for (const process of [stream, follow]) {
      expect(await process.exited).not.toBe(0);
      expect(process.stderr).toMatch(/the server has lost this stream/i);
      expect(process.stderr).not.toContain('replaced');
    }
    for (const loom of [one, other]) {
      expect(await json(`${loom.url}/stream/build`)).toMatchObject({ status: 410, code: 'stream_lost' });
      expect(await json(`${loom.url}/v1/stream/build`)).toMatchObject({
        status: 404,
        error: 'The server has lost this stream',
      });
    }
    expect((await request(`${one.url}/stream/build`, { method: 'POST', body: 'new' })).status).toBe(201);
    await holds(other, 'new');
  });
});

interface Setting {
  readonly redis: RedisServer;
  readonly admin: Redis;
  readonly one: LoomProcess;
  readonly other: LoomProcess;
}

async function setting(stage: Stage, options: { persistence?: 'always' } = {}): Promise<Setting> {
  const redis = await stage.redis(options);
  const admin = stage.add(new Redis(redis.port), (it) => it.disconnect());
  admin.on('error', () => {});
  const [one, other] = [await stage.loom(redis.url), await stage.loom(redis.url)];
  return { redis, admin, one, other };
}

/** Resolves once the response has broken off. */
async function broken(reader: Consumer): Promise<void> {
  const how = await reader.end().catch(() => ({ complete: false }));
  expect(how).toMatchObject({ complete: false });
}

async function setBack(redis: RedisServer): Promise<void> {
  await redis.kill('SIGKILL');
  await redis.restart();
}

function streamProcess(stage: Stage, args: readonly string[]): StreamProcess {
  return stage.add(new StreamProcess(args), (it) => it.kill());
}

async function holds(loom: LoomProcess, text: string, id = 'build'): Promise<void> {
  await eventually(`the stream holds ${JSON.stringify(text)}`, async () => {
    const answer = await request(`${loom.url}/stream/${id}?notail`);
    return answer.status === 200 && answer.text === text;
  });
}

function tokenOf({ headers }: { headers: object }): string {
  return String(Reflect.get(headers, 'stream-next-offset'));
}

async function json(url: string): Promise<{ status: number }> {
  const { status, text } = await request(url);
  return { ...JSON.parse(text), status };
}

/** What the servers logged as errors. */
function alarms(looms: readonly LoomProcess[]): unknown[] {
  return looms
    .flatMap((loom) => `${loom.stdout}\n${loom.stderr}`.split('\n'))
    .filter((line) => line.startsWith('{') && line.includes('"level":"error"'))
    .map((line) => JSON.parse(line));
}
