import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Consumer, Producer, request } from '../support/http';
import { LoomProcess, type LoomProcessOptions } from '../support/loom-process';
import { PATIENCE_MS } from '../support/patience';
import { startRedisServer } from '../support/redis-server';

const BIN = join(__dirname, '../../bin/loom');
const { version } = require('../../package.json');

let dir: string;
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'loom-bin-'));
});
afterAll(() => rmSync(dir, { recursive: true, force: true }));

/** Runs `bin/loom` to its end. */
function run(args: readonly string[], env: Readonly<Record<string, string | undefined>> = {}) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [BIN, ...args], {
    encoding: 'utf8',
    env: { PATH: process.env['PATH'], ...env },
    cwd: dir,
    timeout: PATIENCE_MS,
  });
  return { status, stdout, stderr };
}

describe('bin/loom', () => {
  it('--help prints the usage and the settings on stdout', () => {
    const { status, stdout, stderr } = run(['--help']);
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(stdout).toMatch(/^Usage: loom \[serve\] \[options\]\n/);
    expect(stdout).toContain('retention.maxAge');
    expect(stdout).not.toContain('search.concurrency');
    expect(run(['-h']).stdout).toBe(stdout);
    expect(run(['--help', 'all']).stdout).toContain('search.concurrency');
  });

  it('manual prints the manual page', () => {
    const { status, stdout } = run(['manual']);
    expect(status).toBe(0);
    expect(stdout).toMatch(/^\.TH "LOOM" "1" /);
  });

  it('recover --help prints the help of that command only', () => {
    const { status, stdout } = run(['recover', '--help']);
    expect(status).toBe(0);
    expect(stdout).toMatch(/^Usage: loom recover \[options\]\n/);
    expect(stdout).not.toContain('retention.maxAge');
  });

  it('--help is wrapped to the width of its output', () => {
    const { stdout } = run(['--help'], { COLUMNS: '70' });
    const lines = stdout.slice(stdout.indexOf('Options:')).split('\n');
    expect(lines.filter((line) => line.length > 70)).toEqual([]);
  });

  it.each(['--version', '-v', 'version'])('%s prints the version of the package', (option) => {
    expect(run([option])).toEqual({ status: 0, stdout: `${version}\n`, stderr: '' });
  });

  it.each([[['--prot', '80']], [['--port']], [['--port', '99999']], [['sevre']]])(
    '%j is a usage error with one sentence on stderr and exit code 2',
    (args) => {
      const { status, stdout, stderr } = run(args);
      expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
      expect(stderr).toMatch(/^loom: [^\n]+\nloom --help lists the options\.\n$/);
    },
  );

  it('a usage error of recover names its help', () => {
    const { status, stderr } = run(['recover', '--stroe', './data']);
    expect([status, stderr]).toEqual([
      2,
      "loom: Unknown option '--stroe': did you mean --store?\nloom recover --help lists the options.\n",
    ]);
  });

  it.each([
    [
      'a public host without tokens',
      ['--host', '0.0.0.0'],
      {},
      /^loom: Without tokens, every client that reaches 0\.0\.0\.0/,
    ],
    ['an unknown store', ['--store', 'mongodb://x'], {}, /^loom: The store mongodb:\/\/x cannot be opened: /],
    ['a missing configuration file', ['-c', 'none.yaml'], {}, /^loom: none\.yaml: cannot be read: ENOENT/],
    [
      'an address of another machine',
      ['--host', '192.0.2.1', '--store', 'memory:'],
      { LOOM_ALLOW_ANONYMOUS: 'true' },
      /^loom: Cannot listen on port 3060 of 192\.0\.2\.1: this machine does not have that address/,
    ],
  ])(
    'a server with %s does not start, and exits with 1 and one sentence on stderr',
    (_what, args, env, sentence) => {
      const { status, stdout, stderr } = run(args, env);
      expect({ status, stdout }).toEqual({ status: 1, stdout: '' });
      expect(stderr).toMatch(sentence);
      expect(stderr.trimEnd()).not.toContain('\n');
    },
  );

  describe('a bin/loom that is not built', () => {
    const start = (...args: string[]) =>
      spawnSync(process.execPath, [join(dir, 'bin/loom'), ...args], { encoding: 'utf8', cwd: dir });
    beforeAll(() => cpSync(join(BIN, '..'), join(dir, 'bin'), { recursive: true }));

    it.each([[[]], [['--help']], [['recover']]])('%j says so', (args) => {
      const { status, stdout, stderr } = start(...args);
      expect([status, stdout, stderr]).toEqual([1, '', 'loom: not built yet: run npm run build\n']);
    });

    it('an interrupted build is found', () => {
      mkdirSync(join(dir, 'dist'));
      // As the compiler leaves it, before it is bundled.
      writeFileSync(join(dir, 'dist/loom.js'), "require('./config/command-line');");
      expect(start().stderr).toBe('loom: not built completely: run npm run build\n');
      cpSync(join(BIN, '../../dist'), join(dir, 'dist'), { recursive: true });
      cpSync(join(BIN, '../../package.json'), join(dir, 'package.json'));
      expect(start('--help').stderr).toMatch(/^loom: the package \S+ is missing: run npm ci\n$/);
    });
  });

  it('unknown variables are warned about with the nearest name, except those of Kubernetes', () => {
    const { status, stderr } = run(['--host', '0.0.0.0'], {
      LOOM_TOKNS: 'sesame',
      LOOM_MAX_AGE: '3d',
      LOOM_NONSENSE: 'x',
      LOOM_EMPTY: '',
      LOOM_URL: 'http://localhost',
      LOOM_PORT: 'tcp://10.0.0.1:80',
      LOOM_SERVICE_HOST: '10.0.0.1',
      LOOM_WEB_PORT_80_TCP_ADDR: '10.0.0.1',
      LOOM_WEB_PORT: 'tcp://10.0.0.1:80',
    });
    expect(status).toBe(1);
    expect(stderr.split('\n').slice(0, 4)).toEqual([
      'loom: LOOM_TOKNS is not a setting: did you mean LOOM_TOKENS?',
      'loom: LOOM_MAX_AGE is not a setting: did you mean LOOM_RETENTION_MAX_AGE?',
      'loom: LOOM_NONSENSE is not a setting',
      expect.stringContaining('Without tokens'),
    ]);
    expect(stderr).not.toContain('sesame');
  });

  it('the error of a wrong setting names its file and key', () => {
    writeFileSync(join(dir, 'wrong.yaml'), 'limits: {stream: 5}');
    expect(run(['-c', 'wrong.yaml'])).toMatchObject({
      status: 1,
      stderr: expect.stringMatching(/^loom: wrong\.yaml: unknown key "limits\.stream"; limits takes /),
    });
  });
});

describe('a running server', () => {
  const running: LoomProcess[] = [];
  afterEach(async () => {
    for (const loom of running.splice(0)) await loom.kill('SIGKILL');
  });

  async function start(args: readonly string[] = [], env: Record<string, string> = {}): Promise<LoomProcess> {
    const loom = await LoomProcess.start({ store: 'memory:', args, env });
    running.push(loom);
    return loom;
  }

  it('a server prints its URL and an example on stderr, and JSON on stdout', async () => {
    const loom = await start();
    expect(loom.stderr).toContain(`Loom listens on ${loom.url}\n`);
    expect(loom.stderr).toContain(`curl --no-buffer ${loom.url}/stream/clock\n`);
    await loom.logged('"msg":"listening"');
    const [first] = loom.stdout.split('\n');
    expect(JSON.parse(first ?? '')).toMatchObject({ msg: 'listening', url: loom.url, store: 'memory:' });
  });

  it('a server with LOOM_LOG_FORMAT=json writes nothing to stderr', async () => {
    const loom = await start([], { LOOM_LOG_FORMAT: 'json' });
    expect(loom.stderr).toBe('');
  });

  it('a server with LOOM_LOG_FORMAT=json logs unknown variables', async () => {
    const loom = await start(['serve'], { LOOM_LOG_FORMAT: 'json', LOOM_STOER: 'memory:' });
    expect(loom.stderr).toBe('');
    expect(JSON.parse(loom.stdout.split('\n')[0] ?? '')).toMatchObject({
      level: 'warn',
      variable: 'LOOM_STOER',
      msg: 'LOOM_STOER is not a setting: did you mean LOOM_STORE?',
    });
  });

  it('a server takes durations with fractions, and a directory as its store', async () => {
    const data = join(dir, 'my data');
    const loom = await LoomProcess.start({ store: data, env: { LOOM_STOP_TIMEOUT: '2.5s' } });
    running.push(loom);
    expect((await request(`${loom.url}/stream/a`, { method: 'POST', body: 'x' })).status).toBe(201);
    expect(existsSync(join(data, 'loom.mdb'))).toBe(true);
  });

  it('a server exits with 1 and names its port when another process uses it', async () => {
    const { port } = await start();
    expect(run(['--port', String(port), '--store', 'memory:'])).toMatchObject({
      status: 1,
      stderr: `loom: Cannot listen on port ${port} of 127.0.0.1: another process uses the port; choose another with --port\n`,
    });
  });

  it.each(['SIGTERM', 'SIGINT'] as const)(
    'a server with open connections exits with 0 on %s',
    async (signal) => {
      const loom = await start();
      const idle = connect(loom.port, '127.0.0.1').on('error', () => {});
      await once(idle, 'connect');
      const producer = new Producer(`${loom.url}/stream/live`);
      await producer.head;
      await producer.write('line\n');
      const consumer = await Consumer.open(`${loom.url}/stream/live`);
      await consumer.until('line');
      const spy = await Consumer.open(`${loom.url}/spy`);
      expect(await loom.kill(signal)).toBe(0);
      expect(loom.stdout).not.toContain('stopTimeout is over');
      expect(await consumer.end()).toMatchObject({ complete: false });
      expect(await spy.end()).toMatchObject({ complete: false });
      await expect(producer.answer).rejects.toThrow();
      expect(loom.stdout).toContain('"msg":"stopped"');
      idle.destroy();
    },
  );

  describe('with a producer that waits for a dead Redis', () => {
    // Far longer than a test: the stop ends only because of stopTimeout.
    const env = { LOOM_STOP_TIMEOUT: '1s', LOOM_REDIS_COMMAND_TIMEOUT: '2s', LOOM_REDIS_PATIENCE: '1h' };

    async function startWaiting(options: Partial<LoomProcessOptions>): Promise<LoomProcess> {
      const redis = await startRedisServer();
      try {
        const loom = await LoomProcess.start({ store: redis.url, env, ...options });
        running.push(loom);
        const producer = new Producer(`${loom.url}/stream/waiting`);
        await producer.head;
        await redis.kill('SIGKILL');
        await producer.write('nobody takes this');
        return loom;
      } finally {
        await redis.stop();
      }
    }

    it('a server stops within stopTimeout', async () => {
      const loom = await startWaiting({});
      expect(await loom.kill('SIGTERM')).toBe(0);
    });

    it('Ctrl-C under npm start, where npm repeats the signal, does not cut the stop short', async () => {
      const project = mkdtempSync(join(dir, 'npm-'));
      const npmStart = join(project, 'npm-start.sh');
      writeFileSync(
        join(project, 'package.json'),
        JSON.stringify({ scripts: { start: `exec node '${BIN}'` } }),
      );
      writeFileSync(npmStart, `exec npm start --prefix '${project}' -- "$@"\n`);
      const loom = await startWaiting({ node: '/bin/sh', bin: npmStart, leadsGroup: true });
      process.kill(-loom.pid, 'SIGINT');
      expect(await loom.exited()).toBe(0);
    });
  });

  it('the bytes of a stream survive a stop, after which the stream is interrupted', async () => {
    const data = join(dir, 'kept');
    const loom = await LoomProcess.start({ store: `file:${data}` });
    running.push(loom);
    const producer = new Producer(`${loom.url}/stream/kept`);
    await producer.head;
    await producer.write('before\n');
    await (await Consumer.open(`${loom.url}/stream/kept`)).until('before');
    await loom.restart('SIGTERM');
    const facts = await request(`${loom.url}/stream/kept`, { method: 'HEAD' });
    expect(facts.headers).toMatchObject({ 'x-stream-state': 'interrupted', 'upload-offset': '7' });
    expect((await request(`${loom.url}/stream/kept?notail`)).text).toBe('before\n');
  });
});
