import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { describeError } from '../../src/observe/describe-error';

/** Runs `code` with a logger in a process of its own, and returns what it wrote to stdout. */
function written(code: string, format = 'json', environment = {}): string {
  const script = `
    const { createLogger } = require(${JSON.stringify(join(__dirname, '../../src/observe/logger.ts'))});
    const logger = createLogger({ level: 'info', format: '${format}' });
    ${code}`;
  const hook = join(__dirname, '../support/register-typescript.cjs');
  const { stdout, stderr } = spawnSync(process.execPath, ['--require', hook, '--eval', script], {
    encoding: 'utf8',
    env: { ...process.env, ...environment },
  });
  expect(stderr).toBe('');
  return stdout;
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
