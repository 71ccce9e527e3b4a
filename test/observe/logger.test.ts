import { type ChildProcessWithoutNullStreams, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { describeError } from '../../src/observe/describe-error';

/** The arguments for Node that run `code` with a logger. */
function argumentsFor(code: string, format = 'json', level = 'info', worker?: number): readonly string[] {
  const script = `
    const { createLogger } = require(${JSON.stringify(join(__dirname, '../../src/observe/logger.ts'))});
    const logger = createLogger({ level: '${level}', format: '${format}' }, ${worker});
    ${code}`;
  const hook = join(__dirname, '../support/register-typescript.cjs');
  return ['--require', hook, '--eval', script];
}

/** Runs `code` with a logger in a process of its own, and returns what it wrote to stdout. */
function written(code: string, format = 'json', environment = {}): string {
  const { stdout, stderr } = spawnSync(process.execPath, argumentsFor(code, format), {
    encoding: 'utf8',
    env: { ...process.env, ...environment },
  });
  expect(stderr).toBe('');
  return stdout;
}

const EMPTY_AFTER_MS = 100;

/** A process that has logged more than a pipe holds. It tells so on stderr, and when its stdin ends it logs once more and exits. */
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
  it('is one JSON object a line, also of what was written right before the process ends', () => {
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

  it('has a line for each request that is JSON whatever is in its path, and none below the level', () => {
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

  it('is written soon, and in its turn, also where the lines of requests are so many that they are gathered', async () => {
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

  it('loses no part of a line at the end of the process where its reader was slow', async () => {
    const child = spawnUntilFull('auto');
    try {
      await once(child.stderr, 'data');
      let text = '';
      // It goes on once there is room for the rest: nothing tells that a pipe is empty.
      const goesOn = setTimeout(() => child.stdin.end(), EMPTY_AFTER_MS);
      child.stdout.setEncoding('utf8').on('data', (piece: string) => {
        text += piece;
        goesOn.refresh();
      });
      await once(child, 'close');
      const lines = text.trimEnd().split('\n');
      expect(lines.map((line) => JSON.parse(line).msg)).toEqual(['first', 'last']);
    } finally {
      child.kill('SIGKILL');
    }
  });

  it('names the worker in each line, where there are several', () => {
    const code = `
      logger.info('one');
      logger.request({ path: '/' }, 'two');
      process.exit(0);`;
    const { stdout } = spawnSync(process.execPath, argumentsFor(code, 'json', 'info', 3), {
      encoding: 'utf8',
    });
    // The first may be on its way in another thread when the process ends, and come out second.
    const lines = stdout.trimEnd().split('\n');
    expect(lines.map((line) => JSON.parse(line).worker)).toEqual([3, 3]);
  });

  it('is not torn where several workers write to one pipe that is read slowly', async () => {
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
    // What Node itself makes is a socket, and no pipe.
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
    'keeps the process from its end in no format where nobody reads: %s',
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

  it('holds no secret', () => {
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

  it('leaves lines below the level out', () => {
    expect(written(`logger.debug('quiet'); logger.info('loud');`)).toMatch(/^[^\n]*"loud"}\n$/);
  });

  it('is for eyes where that is asked for, and not coloured where no terminal is', () => {
    const text = written(`logger.warn({ n: 1 }, 'look');`, 'pretty');
    expect(text).toContain('WARN');
    expect(text).toContain('look');
    expect(text).not.toContain('{"');
    expect(text).not.toContain('\u001b');
  });

  it('is JSON by itself where stdout is no terminal', () => {
    expect(JSON.parse(written(`logger.info('x');`, 'auto'))).toMatchObject({ msg: 'x' });
  });
});

describe('an error in the log', () => {
  it('has its code, stack and causes', () => {
    const cause = Object.assign(new Error('inner'), { code: 'EIO' });
    expect(describeError(new TypeError('outer', { cause }))).toMatchObject({
      type: 'TypeError',
      message: 'outer',
      stack: expect.stringContaining('logger.test'),
      cause: { type: 'Error', message: 'inner', code: 'EIO' },
    });
  });

  it('may be anything that was thrown, and may be its own cause', () => {
    expect(describeError('text')).toEqual({ type: 'string', message: 'text' });
    const circular = new Error('again');
    circular.cause = circular;
    expect(JSON.stringify(describeError(circular)).match(/"again"/g)?.length).toBeLessThan(10);
  });
});
