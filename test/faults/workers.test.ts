import { spawnSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { freePort } from '../support/free-port';
import { Consumer, Producer, request } from '../support/http';
import { PATIENCE_MS } from '../support/patience';
import { type RedisServer, startRedisServer } from '../support/redis-server';
import { Checker } from './checker';
import { eventually } from './eventually';
import { followOverHttp } from './following';
import { complaints } from './health';
import { withStage } from './stage';
import { StreamProcess } from './stream-process';
import { isAlive, Workers } from './workers-stage';

const stage = withStage();
let redis: RedisServer;
beforeAll(async () => {
  redis = await startRedisServer();
});
afterAll(() => redis.stop());

describe('two workers on one port', () => {
  it('both workers answer, and all connections show what one produces', async () => {
    const { producer, tails, own } = await tailed(await Workers.start(stage, redis.url));
    await producer.write('two');
    await Promise.all(tails.map((tail) => tail.until('onetwo')));
    await producer.end();
    for (const tail of tails) expect(await tail.end()).toMatchObject({ complete: true });
    const answered = await own.logged('request', tails.length + 1);
    expect(new Set(answered.map(({ worker }) => worker))).toEqual(new Set([1, 2]));
    expect(own.lines('listening').map((line) => line['url'])).toEqual([own.url, own.url]);
    expect(own.loom.stderr.match(/Loom listens on/g)).toHaveLength(1);
    expect(own.loom.stderr).toContain(`Loom listens on ${own.url}\n`);
    expect(complaints(own.loom)).toEqual([]);
  });

  it('both workers share the port of a relay', async () => {
    const workers = await Workers.start(stage, redis.url, { args: ['--listen', 'httpipe=0'] });
    const [one, other] = await workers.logged('listening for a relay', 2);
    expect(other?.['relay']).toBe(one?.['relay']);
    for (let round = 0; round < 4; round += 1) {
      const channel = `${one?.['relay']}/channels/v1/shared-${round}`;
      const received = request(channel);
      expect(await request(channel, { method: 'POST', body: 'hello' })).toMatchObject({ status: 200 });
      expect((await received).text).toBe('hello');
    }
  });

  it('each worker closes only the connections beyond its limit', async () => {
    const env = { LOOM_LIMITS_CONNECTIONS: '3' };
    const workers = await Workers.start(stage, redis.url, { env });
    await request(`${workers.url}/stream/narrow`, { method: 'POST', headers: { 'Upload-Complete': '?0' } });
    const open = () => Consumer.open(`${workers.url}/stream/narrow`);
    const tails: Consumer[] = [];
    for (let n = 0; n < 8; n += 1)
      await open().then(
        (tail) => tails.push(tail),
        () => {
          // Closed: that there were too many is logged.
        },
      );
    await workers.logged('too many connections: new ones are closed', 2);
    // The check that the server has started may still hold a connection.
    expect([5, 6]).toContain(tails.length);
    for (const tail of tails) {
      expect(tail.res.destroyed).toBe(false);
      tail.res.socket.resetAndDestroy();
    }
    await eventually('there is room again', async () => {
      (await open()).close();
      return true;
    });
  });
});

describe('a dying worker', () => {
  it('a dead worker is replaced, and no client loses or repeats a byte', async () => {
    const workers = await Workers.start(stage, (await stage.redis()).url);
    const checker = new Checker();
    const history = checker.stream('unbroken');
    const producer = stage.add(new StreamProcess([workers.url, history.id]), (it) => it.kill());
    const send = async (to: number): Promise<void> => {
      for (let at = sent; at < to; at += 10_000) {
        history.written(at + 10_000);
        await producer.write(history.source.bytes(at, at + 10_000));
      }
      sent = to;
    };
    let sent = 0;
    await send(100_000);
    const over = stage.add(new AbortController(), (it) => it.abort());
    const reads = ['one', 'another', 'a third'].map((name) =>
      followOverHttp(() => `${workers.url}/stream/${history.id}`, history.reader(name), over.signal),
    );
    // Each worker is killed once; one of them has the producer.
    for (const [index, pid] of workers.pids.entries()) {
      process.kill(pid, 'SIGKILL');
      await send(sent + 100_000);
      const deaths = await workers.logged('a worker died and is replaced', index + 1);
      expect(deaths.at(-1)).toMatchObject({ worker: index + 1, pid, how: 'signal SIGKILL' });
      await send(sent + 100_000);
      const starts = await workers.logged('listening', 3 + index);
      expect(starts.at(-1)).toMatchObject({ worker: index + 1, url: workers.url });
    }
    await send(sent + 100_000);
    producer.stdin.end();
    expect(await producer.exited).toBe(0);
    history.completed();
    await Promise.all(reads);
    expect(await checker.violations(workers.url)).toEqual([]);
    expect(workers.pids).toHaveLength(2);
  });

  it('a connection that a dead worker had not accepted is closed, and others are answered', async () => {
    const workers = await Workers.start(stage, (await stage.redis()).url);
    const [dying = 0] = workers.pids;
    process.kill(dying, 'SIGSTOP');
    const asked = Array.from({ length: 4 }, () => settled(request(`${workers.url}/healthz`)));
    // Three go to the other worker, which serves although this one is stopped.
    await eventually('three are answered', () => workers.lines('request').length >= 3);
    process.kill(dying, 'SIGKILL');
    expect((await Promise.all(asked)).sort()).toEqual(['answered', 'answered', 'answered', 'closed']);
  });
});

describe('a stop of two workers', () => {
  it('SIGTERM stops all workers gracefully with exit code 0 while clients are connected', async () => {
    const { own, tails, producer } = await tailed(await Workers.start(stage, redis.url));
    const { pids } = own;
    // Resolves when neither the primary nor a worker has stdout open.
    expect(await own.loom.kill('SIGTERM')).toBe(0);
    expect(pids.filter(isAlive)).toEqual([]);
    expect(
      own
        .lines('stopped')
        .map(({ worker }) => worker)
        .sort(),
    ).toEqual([1, 2]);
    for (const tail of tails) expect(await tail.end()).toMatchObject({ complete: false });
    await expect(producer.answer).rejects.toThrow();
    expect(complaints(own.loom)).toEqual([]);
  });

  it('Ctrl-C, which reaches all processes of the terminal, stops each worker once', async () => {
    const { own } = await tailed(await Workers.start(stage, redis.url, { leadsGroup: true }));
    process.kill(-own.loom.pid, 'SIGINT');
    expect(await own.loom.exited()).toBe(0);
    expect(own.lines('stopped')).toHaveLength(2);
  });

  it('a second signal ends the stop at once', async () => {
    // Far longer than this test: it ends only because of the second signal.
    const env = { LOOM_STOP_TIMEOUT: '1h' };
    const { own, producer } = await tailed(await Workers.start(stage, redis.url, { env }));
    const { pids } = own;
    // A stopped process cannot end by itself.
    for (const pid of pids) process.kill(pid, 'SIGSTOP');
    own.loom.signal('SIGTERM');
    await own.logged('stopping all workers', 1);
    expect(await own.loom.kill('SIGINT')).toBe(130);
    // They are killed by then, and the kernel may still be clearing them away.
    await eventually('no worker is left', () => !pids.some(isAlive));
    producer.destroy();
  });

  it('a stopped worker is replaced, and no request is refused meanwhile', async () => {
    const { own, tails } = await tailed(await Workers.start(stage, redis.url));
    const [first = 0] = own.pids;
    process.kill(first, 'SIGTERM');
    const asked = [];
    while (own.lines('listening').length < 3) asked.push((await request(`${own.url}/healthz`)).status);
    expect(new Set(asked)).toEqual(new Set([200]));
    expect(await own.logged('a worker stopped and is replaced', 1)).toMatchObject([{ pid: first }]);
    const left = tails.filter((tail) => !tail.res.destroyed);
    expect(left.length).toBeGreaterThan(0);
    expect(left.length).toBeLessThan(tails.length);
    expect(complaints(own.loom)).toEqual([]);
  });

  it('stopping one worker after the other loads new settings', async () => {
    const settings = join(await stage.directory(), 'loom.yaml');
    writeFileSync(settings, 'tokens: [old]');
    const workers = await Workers.start(stage, redis.url, { args: ['-c', settings] });
    writeFileSync(settings, 'tokens: [new]');
    for (const [index, pid] of workers.pids.entries()) {
      process.kill(pid, 'SIGTERM');
      await workers.logged('listening', 3 + index);
    }
    const asked = ['new', 'new', 'old', 'old'].map((token) =>
      request(`${workers.url}/stream`, { headers: { Authorization: `Bearer ${token}` } }),
    );
    expect((await Promise.all(asked)).map(({ status }) => status)).toEqual([200, 200, 401, 401]);
  });

  it('the death of the primary stops all workers gracefully', async () => {
    const { own } = await tailed(await Workers.start(stage, redis.url));
    const { pids } = own;
    expect(await own.loom.kill('SIGKILL')).toBeNull();
    expect(pids.filter(isAlive)).toEqual([]);
    expect(
      own
        .lines('stopped')
        .map(({ worker }) => worker)
        .sort(),
    ).toEqual([1, 2]);
  });
});

describe('two workers that cannot start', () => {
  it('two workers on files are refused, because only one process can use the store', () => {
    expect(run(['--store', 'file:./nowhere'])).toEqual({
      status: 1,
      stdout: '',
      stderr:
        'loom: workers (2) must be 1 or auto with the store file:./nowhere, which only one process can use: several workers need a store in Redis\n',
    });
  });

  it('two workers without their Redis exit with one sentence', async () => {
    const store = `redis://127.0.0.1:${await freePort()}`;
    const { status, stderr } = run(['--store', store]);
    expect(status).toBe(1);
    expect(stderr).toMatch(
      /^loom: The store redis:[^\n]+ cannot be opened: Redis at [^\n]+ECONNREFUSED[^\n]+\n$/,
    );
  });

  it('two workers on a used port exit with one sentence', async () => {
    const redis = await stage.redis();
    expect(run(['--store', redis.url, '--port', String(redis.port)])).toMatchObject({
      status: 1,
      stderr: `loom: Cannot listen on port ${redis.port} of 127.0.0.1: another process uses the port; choose another with --port\n`,
    });
  });
});

/** A server with clients at each of its workers: a producer that has sent `one`, and tails that have got it. */
async function tailed(own: Workers) {
  const url = `${own.url}/stream/${randomUUID()}`;
  const producer = new Producer(url);
  await producer.head;
  await producer.write('one');
  const tails = await Promise.all(Array.from({ length: 6 }, () => Consumer.open(url)));
  await Promise.all(tails.map((tail) => tail.until('one')));
  return { own, producer, tails };
}

function settled(answer: Promise<unknown>): Promise<'answered' | 'closed'> {
  return answer.then(
    () => 'answered',
    () => 'closed',
  );
}

/** Runs `bin/loom` with two workers to its end. */
function run(args: readonly string[]) {
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [join(__dirname, '../../bin/loom'), '--workers', '2', '--port', '0', ...args],
    { encoding: 'utf8', env: { PATH: process.env['PATH'] }, timeout: PATIENCE_MS },
  );
  return { status, stdout, stderr };
}
