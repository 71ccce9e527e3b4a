import { request } from '../support/http';
import { LoomProcess } from '../support/loom-process';
import { type Finished, StreamProcess, stream } from './stream-process';

const TIME = String.raw`\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z`;

let loom: LoomProcess;
const started: StreamProcess[] = [];
let count = 0;
let id: string;

beforeAll(async () => {
  loom = await LoomProcess.start({ store: 'memory:' });
});
afterAll(() => loom.stop());
beforeEach(() => {
  count += 1;
  id = `stream-${count}`;
});
afterEach(async () => {
  for (const child of started.splice(0)) await child.dispose();
});

function start(...args: string[]): StreamProcess {
  const child = new StreamProcess(args, { LOOM_URL: loom.url });
  started.push(child);
  return child;
}

function call(...args: string[]): Promise<Finished> {
  return stream(args, { env: { LOOM_URL: loom.url } });
}

function store(body: string, headers: Record<string, string> = {}, name = id): Promise<unknown> {
  return request(`${loom.url}/stream/${name}`, { method: 'POST', body, headers });
}

/** A stream that stays open. */
async function producer(first: string): Promise<StreamProcess> {
  const child = start(id);
  child.stdin.write(first);
  while ((await request(`${loom.url}/stream/${id}?notail`)).text !== first)
    await new Promise((resolve) => setTimeout(resolve, 5));
  return child;
}

describe('stream follow of a part', () => {
  it.each([
    [['-n', '2'], 'three\nfour'],
    [['-n', '0'], ''],
    [['--tail', '9'], 'one\ntwo\nthree\nfour'],
    [['--line', '3'], 'three\nfour'],
    [['--line', '2', '--lines', '2'], 'two\nthree\n'],
    [['--offset', '4', '--lines', '1'], 'two\n'],
    [['--since', '10m'], 'one\ntwo\nthree\nfour'],
    [['--since', '0.5h'], 'one\ntwo\nthree\nfour'],
    [['--until', '10m'], ''],
    [['--until', '1.5m2.5s'], ''],
    [['--no-follow', '-n', '1'], 'four'],
  ])('follow %j prints only that', async (args, text) => {
    await store('one\ntwo\nthree\nfour');
    expect(await call('follow', id, ...args)).toEqual({ code: 0, stdout: text, stderr: '' });
  });

  it('follow -n prints the last lines and then live ones', async () => {
    const sender = await producer('one\ntwo\n');
    const follower = start('follow', id, '-n', '1');
    await follower.until(({ stdout }) => stdout === 'two\n');
    sender.stdin.end('three\n');
    expect(await follower.finished()).toEqual({ code: 0, stdout: 'two\nthree\n', stderr: '' });
  });

  it('follow --lines ends on an open stream', async () => {
    const sender = await producer('one\n');
    const follower = start('follow', id, '--lines', '2');
    await follower.until(({ stdout }) => stdout === 'one\n');
    sender.stdin.write('two\nthree\n');
    expect(await follower.finished()).toEqual({ code: 0, stdout: 'one\ntwo\n', stderr: '' });
  });

  it('follow --until a time that comes ends on an open stream', async () => {
    await producer('one\n');
    const until = String((Date.now() + 500) / 1000);
    expect(await call('follow', id, '--until', until)).toEqual({ code: 0, stdout: 'one\n', stderr: '' });
  });

  it('follow --no-follow prints what an open stream has', async () => {
    await producer('one\ntw');
    expect(await call('follow', id, '--no-follow')).toEqual({ code: 0, stdout: 'one\ntw', stderr: '' });
  });

  it('follow --line waits for a line of an open stream that is still to come', async () => {
    const sender = await producer('one\n');
    const follower = start('follow', id, '--line', '3');
    sender.stdin.end('two\nthree\nfour\n');
    expect(await follower.finished()).toEqual({ code: 0, stdout: 'three\nfour\n', stderr: '' });
  });

  it('follow --timestamps begins each line with its time', async () => {
    await store('one\ntwo');
    const { stdout } = await call('follow', id, '--timestamps');
    expect(stdout).toMatch(new RegExp(`^${TIME} one\n${TIME} two$`));
  });

  it('follow -o json prints an object per line and one for the stream', async () => {
    await store('one\ntwo\n', { 'X-Stream-Metadata': '{"exitCode":7}' });
    const { code, stdout } = await call('follow', id, '-n', '1', '-o', 'json', '--exit-code');
    expect(code).toBe(7);
    expect(
      stdout
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line)),
    ).toEqual([
      { line: 2, offset: 4, time: expect.stringMatching(TIME), text: 'two' },
      { state: 'closed', outcome: 'complete', exitCode: 7, bytes: 8, lines: 2 },
    ]);
  });

  it('follow --exit-code of a part has the code of a closed stream', async () => {
    await store('one\ntwo\n', { 'X-Stream-Metadata': '{"exitCode":7}' });
    expect(await call('follow', id, '--lines', '1', '--exit-code')).toMatchObject({
      code: 7,
      stdout: 'one\n',
    });
    expect(await call('follow', id, '--no-follow', '--exit-code')).toMatchObject({ code: 7 });
  });

  it('follow of a line that a closed stream does not have exits with 1', async () => {
    await store('one\n');
    expect(await call('follow', id, '--line', '3')).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('There is nothing at line 3'),
    });
  });

  it('follow --wait waits for a stream that does not exist yet', async () => {
    const follower = start('follow', id, '--wait', '1h');
    await store('one\n');
    expect(await follower.finished()).toEqual({ code: 0, stdout: 'one\n', stderr: '' });
  });

  it('follow --wait begins with an empty stream, and with one that is made later', async () => {
    for (const first of [true, false]) {
      const name = `${id}-${first}`;
      const sender = new StreamProcess([loom.url, name]);
      started.push(sender);
      const exists = async () => {
        while ((await request(`${loom.url}/stream/${name}`, { method: 'HEAD' })).status !== 200)
          await new Promise((resolve) => setTimeout(resolve, 5));
      };
      if (first) await exists();
      const follower = await call('follow', name, '--wait', '1h', '--no-follow');
      expect(follower).toEqual({ code: 0, stdout: '', stderr: '' });
      await exists();
    }
  });

  it('follow --wait exits with 1 if the stream does not come', async () => {
    expect(await call('follow', id, '--wait', '100ms')).toEqual({
      code: 1,
      stdout: '',
      stderr: `stream: the stream ${id} does not exist after 100ms\n`,
    });
  });
});

describe('stream cat', () => {
  it('cat prints what there is of several streams', async () => {
    await store('one\n');
    await store('two\n', {}, `${id}-2`);
    expect(await call('cat', id, `${id}-2`)).toEqual({ code: 0, stdout: 'one\ntwo\n', stderr: '' });
  });

  it('cat does not wait for more', async () => {
    await producer('one\ntwo\n');
    expect(await call('cat', '-n', '1', id)).toEqual({ code: 0, stdout: 'two\n', stderr: '' });
  });

  it('cat prints the others and exits with 1 if a stream does not exist', async () => {
    await store('one\n');
    expect(await call('cat', `${id}-2`, id)).toEqual({
      code: 1,
      stdout: 'one\n',
      stderr: `stream: The stream with ID ${id}-2 does not exist\n`,
    });
  });

  it('cat -o json of several streams has their ids', async () => {
    await store('one\n');
    const { stdout } = await call('cat', id, id, '-o', 'json');
    const [first, end, again] = stdout.split('\n');
    expect(JSON.parse(first ?? '')).toMatchObject({ id, line: 1, text: 'one' });
    expect(JSON.parse(end ?? '')).toMatchObject({ id, state: 'closed', lines: 1 });
    expect(again).toBe(first);
  });

  it.each([['text'], ['json']])('cat -o %s exits with 0 when the reader closes its output', async (form) => {
    await store('a line\n'.repeat(500_000));
    const child = start('cat', id, '-o', form);
    await child.until(({ stdout }) => stdout.length > 0);
    child.closeStdout();
    expect(await child.finished()).toMatchObject({ code: 0, stderr: '' });
  });
});

it('a stream may have the name of a verb', async () => {
  for (const name of ['cat', 'grep', 'wait', 'follow']) {
    expect(await stream([loom.url, name], { input: 'named so\n' })).toMatchObject({ code: 0 });
    expect(await call('cat', name)).toMatchObject({ code: 0, stdout: 'named so\n' });
    expect(await call('grep', 'so', name)).toMatchObject({ code: 0, stdout: 'named so\n' });
    expect(await call('wait', name)).toMatchObject({ code: 0 });
  }
});
