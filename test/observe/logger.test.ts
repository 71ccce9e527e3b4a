import { type ChildProcessWithoutNullStreams, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as delay, setImmediate as nextTurn } from 'node:timers/promises';
import { describeError } from '../../src/observe/describe-error';

/** Node's arguments that run `code` with a logger. */
function argumentsFor(code: string, format = 'json', level = 'info', worker?: number): readonly string[] {
  const script = `
    const { createLogger } = require(${JSON.stringify(join(__dirname, '../../src/observe/logger.ts'))});
    const logger = createLogger({ level: '${level}', format: '${format}' }, ${worker});
    ${code}`;
  const hook = join(__dirname, '../support/register-typescript.cjs');
  return ['--require', hook, '--eval', script];
}

/** Runs `code` with a logger in another process. @returns its stdout */
function written(code: string, format = 'json', environment = {}): string {
  const { stdout, stderr } = spawnSync(process.execPath, argumentsFor(code, format), {
    encoding: 'utf8',
    env: { ...process.env, ...environment },
  });
  expect(stderr).toBe('');
  return stdout;
}

/** Starts a process that logs more than a pipe holds and then writes to stderr. When its stdin ends, it logs once more and exits. */
function spawnUntilFull(format: string): ChildProcessWithoutNullStreams {
  const code = `
    const { readSync, writeSync } = require('node:fs');
    logger.info({ x: 'x'.repeat(300_000) }, 'first');
    setTimeout(() => {
      writeSync(2, 'full');
      readSync(0, Buffer.alloc(1));
      logger.info('last');
      process.exit(0);
    }, 200);`;
  return spawn(process.execPath, argumentsFor(code, format), { stdio: 'pipe' });
}

describe('the log', () => {
  it('the log has one JSON object per line, including lines right before the exit', () => {
    const lines = written(`
      for (let n = 0; n < 1000; n += 1) logger.info({ n }, 'line');
      process.exit(0);`).trimEnd();
    const parsed = lines.split('\n').map((line) => JSON.parse(line));
    expect(parsed).toHaveLength(1_000);
    expect(parsed[999]).toEqual({
      level: 'info',
      time: expect.stringMatching(/^\d{4}-.*Z$/),
      n: 999,
      msg: 'line',
    });
  });

  it('the line of a request is valid JSON for any path, and absent below level info', () => {
    const code = `logger.request({ path: '/a"\\\\b', status: undefined, ms: 3 }, 'request'); process.exit(0);`;
    expect(JSON.parse(written(code))).toEqual({
      level: 'info',
      time: expect.stringMatching(/^\d{4}-.*Z$/),
      path: '/a"\\b',
      ms: 3,
      msg: 'request',
    });
    const { stdout } = spawnSync(process.execPath, argumentsFor(code, 'json', 'warn'), { encoding: 'utf8' });
    expect(stdout).toBe('');
  });

  it('buffered and unbuffered lines are written soon and in order', async () => {
    const code = `
      for (const ms of [0, 20, 30]) setTimeout(() => logger.request({ ms }, 'line'), ms);
      setTimeout(() => logger.info({ ms: 40 }, 'line'), 40);
      setTimeout(() => logger.request({ ms: 50 }, 'line'), 50);
      setInterval(() => {}, 1_000);`;
    const child = spawn(process.execPath, argumentsFor(code), { stdio: ['ignore', 'pipe', 'inherit'] });
    try {
      let text = '';
      for await (const piece of child.stdout) {
        text += piece;
        if (text.includes('"ms":50')) break;
      }
      const lines = text.trimEnd().split('\n');
      expect(lines.map((line) => JSON.parse(line).ms)).toEqual([0, 20, 30, 40, 50]);
    } finally {
      child.kill('SIGKILL');
    }
  });

  it('a slow reader gets every line complete at the exit of the process', async () => {
    const child = spawnUntilFull('auto');
    try {
      await once(child.stderr, 'data');
      let text = '';
      child.stdout.setEncoding('utf8').on('data', (piece: string) => {
        text += piece;
      });
      const closed = once(child, 'close');
      await once(child.stdout, 'data');
      // The pipe is empty once the event loop has polled it without getting more.
      for (let length = 0; length < text.length; await nextTurn()) {
        ({ length } = text);
        await nextTurn();
      }
      child.stdin.end();
      await closed;
      const lines = text.trimEnd().split('\n');
      expect(lines.map((line) => JSON.parse(line).msg)).toEqual(['first', 'last']);
    } finally {
      child.kill('SIGKILL');
    }
  });

  it('each line of a worker has its number', () => {
    const code = `
      logger.info('one');
      logger.request({ path: '/' }, 'two');
      process.exit(0);`;
    const { stdout } = spawnSync(process.execPath, argumentsFor(code, 'json', 'info', 3), {
      encoding: 'utf8',
    });
    // Another thread may still write the first line at the exit, so that it comes second.
    const lines = stdout.trimEnd().split('\n');
    expect(lines.map((line) => JSON.parse(line).worker)).toEqual([3, 3]);
  });

  it('lines of several workers do not mix in a pipe that is read slowly', async () => {
    const code = `
      const { spawn } = require('node:child_process');
      const writeAll = () => {
        for (let n = 0; n < 4_000; n += 1) logger.request({ n, x: 'x'.repeat(n % 400) }, 'line');
      };
      const stdio = ['inherit', 'inherit', 'inherit', 'ipc'];
      const env = { ...process.env, IS_SECOND: 'yes' };
      const other = process.env.IS_SECOND ? process : spawn(process.execPath, process.execArgv, { env, stdio });
      other.once('message', writeAll);
      other.once('message', () => other.send('go'));
      if (process.env.IS_SECOND) process.send('ready');
      process.stdin.resume().on('end', () => process.exit(0));`;
    // `spawn` creates a socket; the shell creates a pipe.
    const piped = ['-c', '"$0" "$@" | cat', process.execPath, ...argumentsFor(code, 'json', 'info', 1)];
    const first = spawn('sh', piped, { stdio: 'pipe' });
    try {
      let lines: readonly string[] = [];
      let text = '';
      for await (const piece of first.stdout) {
        text += piece;
        lines = text.split('\n').slice(0, -1);
        if (lines.length === 8_000) break;
        await delay(1);
      }
      expect(lines.filter((line) => !/^\{"level":"info"[^{}]*"msg":"line"\}$/.test(line))).toEqual([]);
    } finally {
      first.stdin.end();
      await once(first, 'close');
    }
  });

  it.each(['auto', 'json', 'pretty'])(
    'a log in format %s that is not read does not block the exit',
    async (format) => {
      const child = spawnUntilFull(format);
      try {
        await once(child.stderr, 'data');
        child.stdin.end();
        expect(await once(child, 'exit')).toEqual([0, null]);
      } finally {
        child.kill('SIGKILL');
      }
    },
  );

  it('the log masks fields with secrets', () => {
    const text = written(`
      logger.info({ tokens: ['SECRET'], access_token: 'SECRET', password: 'SECRET' }, 'flat');
      logger.info({ req: { headers: { authorization: 'Bearer SECRET', cookie: 'SECRET' } } }, 'request');
      logger.warn({ config: { tokens: [{ token: 'SECRET' }] }, query: { access_token: 'SECRET' } }, 'deep');
      const error = Object.assign(new Error('WRONGPASS'), { command: { name: 'auth', args: ['SECRET'] } });
      logger.error({ err: error, error }, 'from a Redis client');
      logger.error({ err: new Error('outer', { cause: error }) }, 'cause');`);
    expect(text.trimEnd().split('\n')).toHaveLength(5);
    expect(text).not.toContain('SECRET');
    expect(text).toContain('WRONGPASS');
  });

  it('lines below the level are not written', () => {
    expect(written(`logger.debug('quiet'); logger.info('loud');`)).toMatch(/^[^\n]*"loud"}\n$/);
  });

  it('the format pretty is text, without colours outside a terminal', () => {
    const text = written(`logger.warn({ n: 1 }, 'look');`, 'pretty');
    expect(text).toContain('WARN');
    expect(text).toContain('look');
    expect(text).not.toContain('{"');
    expect(text).not.toContain('\u001b');
  });

  it('the format auto is JSON outside a terminal', () => {
    expect(JSON.parse(written(`logger.info('x');`, 'auto'))).toMatchObject({ msg: 'x' });
  });
});

describe('an error in the log', () => {
  it('an error is logged with its code, stack and causes', () => {
    const cause = Object.assign(new Error('inner'), { code: 'EIO' });
    expect(describeError(new TypeError('outer', { cause }))).toMatchObject({
      type: 'TypeError',
      message: 'outer',
      stack: expect.stringContaining('logger.test'),
      cause: { type: 'Error', message: 'inner', code: 'EIO' },
    });
  });

  it('a thrown value of any type and an error that is its own cause are logged', () => {
    expect(describeError('text')).toEqual({ type: 'string', message: 'text' });
    const circular = new Error('again');
    circular.cause = circular;
    expect(JSON.stringify(describeError(circular)).match(/"again"/g)?.length).toBeLessThan(10);
  });
});
