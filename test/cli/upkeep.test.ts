import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type RequestListener, type Server } from 'node:http';
import { promisify } from 'node:util';
import { request } from '../support/http';
import { LoomProcess } from '../support/loom-process';
import { BIN, StreamProcess, stream } from './stream-process';

let loom: LoomProcess;
const call = (...args: string[]) => stream(args, { env: { LOOM_URL: loom.url } });
const put = (id: string, body = 'one\n') => request(`${loom.url}/stream/${id}`, { method: 'POST', body });
const ids = async (): Promise<string[]> =>
  JSON.parse((await request(`${loom.url}/stream`)).text).streams.map(({ id }: { id: string }) => id);
const started: StreamProcess[] = [];

/** A stream whose producer is still there. */
async function open(id: string, text: string): Promise<StreamProcess> {
  const producer = new StreamProcess([loom.url, id]);
  started.push(producer);
  producer.stdin.write(text);
  await untilStored(id, text.length);
  return producer;
}

async function untilStored(id: string, length: number): Promise<void> {
  while ((await request(`${loom.url}/stream/${id}?notail`)).text.length !== length)
    await new Promise((resolve) => setTimeout(resolve, 5));
}

/** @returns the URL of a server, once it listens */
async function listening(server: Server): Promise<string> {
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return `http://127.0.0.1:${address.port}`;
}

beforeEach(async () => {
  loom = await LoomProcess.start({ store: 'memory:' });
});

afterEach(async () => {
  for (const producer of started.splice(0)) await producer.dispose();
  await loom.stop();
});

describe('stream info', () => {
  it('describes a stream, with the exit code of its command', async () => {
    await stream(['run', '--id', 'build-7', loom.url, '--', 'sh', '-c', 'echo hi; exit 3']);
    const { code, stdout } = await call('info', 'build-7');
    expect(code).toBe(0);
    expect(stdout).toMatch(
      new RegExp(
        `^id         build-7\nurl        ${loom.url}/stream/build-7\nstate      closed, complete\nexit code  3\nsize       3 bytes\nlines      1\n` +
          'type       text/plain; charset=utf-8\ncreated    \\S+Z \\(\\d+s ago\\)\nchanged    \\S+Z \\(\\d+s ago\\)\nmetadata   {"exitCode":3}\n$',
      ),
    );
  });

  it('prints an object with --json, and fails for a stream that does not exist', async () => {
    await put('a');
    expect(JSON.parse((await call('info', '--json', 'a')).stdout)).toMatchObject({
      id: 'a',
      bytes: 4,
      lines: 1,
      url: `${loom.url}/stream/a`,
    });
    expect(await call('info', 'b')).toMatchObject({ code: 1, stdout: '' });
  });
});

describe('stream rm', () => {
  it('says on a terminal which stream it has removed, and nothing to a script', async () => {
    await put('a');
    await put('b');
    expect(await call('rm', 'b')).toEqual({ code: 0, stdout: '', stderr: '' });
    const command = `${process.execPath} ${BIN} rm ${loom.url} a`;
    const { stdout } = await promisify(execFile)('script', ['-qec', command, '/dev/null']);
    expect(stdout).toBe('removed a\r\n');
    expect(await ids()).toEqual([]);
    expect((await call('rm', 'a')).code).toBe(1);
  });

  it('removes the streams with a prefix, says which, and leaves the open ones', async () => {
    for (const id of ['build-1', 'build-2', 'other']) await put(id);
    await open('build-3', 'live\n');
    const { code, stdout, stderr } = await call('rm', '--prefix', 'build-');
    expect(stdout).toMatch(/^removed build-2 \(4 B, \d+s old\)\nremoved build-1 \(4 B, \d+s old\)\n$/);
    expect(stderr).toBe(
      'stream: removed 2 streams, 8 B; 1 stream open and left (--force removes open ones, too)\n',
    );
    expect([code, (await ids()).sort()]).toEqual([0, ['build-3', 'other']]);
    expect((await call('rm', '--prefix', 'build-', '--force')).stdout).toMatch(/^removed build-3 /);
    expect(await ids()).toEqual(['other']);
  });

  it('removes only what did not change for the given time', async () => {
    await put('build-1');
    expect((await call('rm', '--prefix', 'build-', '--older-than', '1h')).stdout).toBe('');
    expect(await ids()).toEqual(['build-1']);
    // The clock of an answer has no fractions of a second.
    await new Promise((resolve) => setTimeout(resolve, 1_100));
    expect((await call('rm', '--prefix', 'build-', '--older-than', '10ms')).stdout).toMatch(
      /^removed build-1/,
    );
  });

  it('--dry-run removes nothing', async () => {
    await put('build-1');
    const { stdout, stderr } = await call('rm', '--prefix', 'b', '--dry-run');
    expect(stdout).toMatch(/^would remove build-1 \(4 B, /);
    expect(stderr).toBe('stream: would remove 1 stream, 4 B\n');
    expect((await call('rm', 'build-1', '--dry-run')).stdout).toBe('would remove build-1\n');
    expect(await ids()).toEqual(['build-1']);
  });

  it.each([
    [[], 'an ID or --prefix is missing'],
    [['--prefix', ''], '--prefix is empty'],
    [['--older-than', '1s'], 'an ID or --prefix is missing'],
    [['a', '--prefix', 'b'], 'exclude each other'],
    [['a', '--older-than', '1d'], '--older-than goes with --prefix'],
    [['a', '--force'], '--force goes with --prefix'],
    [['a', 'b'], '"b" is too much'],
    [['--prefix', 'a', '--older-than', 'yesterday'], '--older-than must be a duration'],
  ])('%j removes nothing', async (args, sentence) => {
    for (const id of ['a', 'b']) await put(id);
    const { code, stdout, stderr } = await call('rm', ...args);
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toContain(sentence);
    expect((await ids()).sort()).toEqual(['a', 'b']);
  });
});

describe('stream top', () => {
  it('prints one table to a pipe, the fastest stream first', async () => {
    const [slow, fast] = [await open('slow', 'x'), await open('fast', 'x')];
    const between = async (): Promise<void> => {
      slow.stdin.write('x'.repeat(100));
      fast.stdin.write('x'.repeat(100_000));
      await untilStored('slow', 101);
      await untilStored('fast', 100_001);
    };
    const { code, stdout } = await throughProxy(between, (url) =>
      stream(['top', '--interval', '500ms', url]),
    );
    expect(code).toBe(0);
    expect(stdout).toMatch(
      /^2 open, 2 active, \S+ kB\/s\n {5}RATE {5}SIZE {4}AGE {2}ID\n.* kB\/s .* fast\n.*\d+ B\/s .* slow\n$/,
    );
  });

  /** Runs a command whose second request waits for `between`. */
  async function throughProxy<T>(
    between: () => Promise<void>,
    command: (url: string) => Promise<T>,
  ): Promise<T> {
    let requests = 0;
    const server = createServer(async ({ url }, response) => {
      requests += 1;
      if (requests === 2) await between();
      const { status, text } = await request(`${loom.url}${url}`);
      response.writeHead(status, { 'Content-Type': 'application/json' }).end(text);
    });
    try {
      return await command(await listening(server));
    } finally {
      server.close();
    }
  }

  it('is live on a terminal until Ctrl-C, and gives the screen back', async () => {
    const producer = await open('build-1', 'x');
    // The shell is replaced: one that waits may itself end by Ctrl-C (dash does).
    const command = `stty rows 10 cols 60; exec ${process.execPath} ${BIN} top --interval 100ms ${loom.url}`;
    const terminal = spawn('script', ['-qec', command, '/dev/null'], {
      env: { ...process.env, TERM: 'xterm', NO_COLOR: '1' },
    });
    let shown = '';
    terminal.stdout.on('data', (bytes) => {
      shown += bytes;
    });
    const showed = async (pattern: RegExp): Promise<void> => {
      while (!pattern.test(shown)) await once(terminal.stdout, 'data');
    };
    await showed(/1 open, 0 active/);
    producer.stdin.write('y'.repeat(500_000));
    await showed(/1 open, 1 active.*\r\n.*\r\n.* [kM]B\/s .* build-1/);
    terminal.stdin.write('\x03');
    expect(await once(terminal, 'close')).toEqual([0, null]);
    expect(shown.replaceAll('\x1b', 'ESC')).toMatch(
      /^ESC\[\?1049hESC\[\?25lESC\[H.*ESC\[\?25hESC\[\?1049l(?:\^C)?$/s,
    );
  });

  it('says how many streams a limit hides, and refuses an interval that is too short', async () => {
    for (const id of ['a', 'b', 'c']) await open(id, 'x');
    const { stdout } = await call('top', '--interval', '100ms', '--limit', '1', '--prefix', '');
    expect(stdout).toMatch(/^3 open, 0 active, 0 B\/s\n.*\n +0 B\/s .*\nand 2 more: --limit N shows more\n$/);
    expect((await call('top', '--interval', '1ms')).code).toBe(2);
  });
});

describe('stream doctor', () => {
  it('examines a server without tokens', async () => {
    const { code, stdout } = await call('doctor');
    expect(stdout).toMatch(
      /^ok {7}server {3}http:\S+ answers in \S+ ms\nok {7}clock {4}as the .*\nok {7}version {2}\S+, as this command\nok {7}token {4}the server has no tokens: .*\nok {7}store {4}memory, takes appends\n$/,
    );
    expect(code).toBe(0);
  });

  it('fails where nothing answers', async () => {
    await loom.stop();
    const { code, stdout } = await call('doctor');
    expect([code, stdout]).toEqual([
      1,
      `failure  server   no answer from ${loom.url} (connection refused)\n`,
    ]);
  });

  async function examine(answer: RequestListener) {
    const server = createServer(answer);
    try {
      return await stream(['doctor', await listening(server)]);
    } finally {
      server.close();
    }
  }

  it('warns of a clock that differs, and of an older server', async () => {
    const { code, stdout } = await examine(({ url }, response) => {
      response.setHeader('Date', new Date(Date.now() - 90_000).toUTCString());
      response.statusCode = url === '/about' ? 404 : 200;
      response.end(url === '/about' ? '{"error":"Not found","code":"route_not_found"}' : '{}');
    });
    expect(stdout).toMatch(/\nwarning {2}clock {4}(?:89|90|91) s behind the clock of this machine/);
    expect(stdout).toContain('warning  version  an older server: it does not say\n');
    expect(code).toBe(0);
  });

  it('fails where another program answers, and where the store does not', async () => {
    const other = await examine((_request, response) => response.end('<html>'));
    expect(other.code).toBe(1);
    expect(other.stdout).toContain('failure  token    the answer does not describe a server\n');
    const down = await examine(({ url }, response) => {
      response.statusCode = url === '/readyz' ? 503 : 200;
      response.end(
        JSON.stringify({
          error: 'The store is away',
          code: 'unavailable',
          version: '0.1.0',
          store: 'redis',
          token: { scopes: [] },
        }),
      );
    });
    expect([down.code, down.stdout]).toEqual([
      1,
      expect.stringContaining('failure  store    The store is away\n'),
    ]);
  });
});
