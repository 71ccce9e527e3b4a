import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { StreamProcess } from '../cli/stream-process';
import { LoomProcess } from '../support/loom-process';
import { type RedisServer, startRedisServer } from '../support/redis-server';

const ID = 'build-7';
const LINES = Array.from({ length: 40 }, (_, index) => `line ${index + 1} of the build\n`);
const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z $/;

/** All run at once, from the tenth line on, while the server is killed three times. */
const COMMANDS = {
  tail: ['follow', '-n', '3', ID],
  since: ['follow', '--since', '1h', ID],
  later: ['follow', '--line', '25', ID],
  bounded: ['follow', '--line', '5', '--lines', '20', ID],
  timestamps: ['follow', '--timestamps', '--exit-code', ID],
  json: ['follow', '-o', 'json', ID],
  grep: ['grep', '--follow', '-n', 'of the', ID],
  wait: ['wait', ID],
  match: ['wait', '--match', 'line 35 ', ID],
} as const;

describe.each(['files', 'Redis'])('a command over kills of the server, on %s', (store) => {
  let directory: string;
  let redis: RedisServer | undefined;
  let loom: LoomProcess;
  const started: StreamProcess[] = [];
  const running = new Map<string, StreamProcess>();

  beforeAll(async () => {
    directory = mkdtempSync(join(tmpdir(), 'loom-commands-'));
    if (store === 'Redis') redis = await startRedisServer();
    loom = await LoomProcess.start({ store: redis?.url ?? `file:${directory}` });
    const producer = start('run', '--id', ID, '--', 'sh', '-c', 'cat; exit 6');
    producer.stdin.write(LINES.slice(0, 10).join(''));
    await start('wait', '--create', '--for', 'line', '--count', '10', ID).finished();
    for (const [name, args] of Object.entries(COMMANDS)) running.set(name, start(...args));
    for (const name of ['tail', 'since', 'bounded', 'timestamps', 'json', 'grep'])
      await running.get(name)?.until(({ stdout }) => stdout.includes('line 10 '));
    for (const from of [10, 20, 30]) {
      await loom.restart('SIGKILL');
      producer.stdin.write(LINES.slice(from, from + 10).join(''));
    }
    producer.stdin.end();
    await producer.finished();
  });
  afterAll(async () => {
    for (const child of started) await child.dispose();
    await loom.stop();
    await redis?.stop();
    rmSync(directory, { recursive: true });
  });

  function start(...args: string[]): StreamProcess {
    const child = new StreamProcess(args, { LOOM_URL: loom.url });
    started.push(child);
    return child;
  }

  async function printed(name: keyof typeof COMMANDS): Promise<{ code: number | null; stdout: string }> {
    const finished = await running.get(name)?.finished();
    return { code: finished?.code ?? null, stdout: finished?.stdout ?? '' };
  }

  it.each([
    ['tail', LINES.slice(7)],
    ['since', LINES],
    ['later', LINES.slice(24)],
    ['bounded', LINES.slice(4, 24)],
  ] as const)('follow (%s) prints each line of its part once', async (name, lines) => {
    expect(await printed(name)).toEqual({ code: 0, stdout: lines.join('') });
  });

  it('follow --timestamps prints each line once, with its time', async () => {
    const { code, stdout } = await printed('timestamps');
    const lines = stdout.split(/(?<=\n)/);
    expect(code).toBe(6);
    expect(lines.map((line) => line.slice(25))).toEqual(LINES);
    expect(lines.filter((line) => !TIME.test(line.slice(0, 25)))).toEqual([]);
  });

  it('follow -o json prints each line once, and the end of the stream', async () => {
    const { code, stdout } = await printed('json');
    const objects = stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(code).toBe(0);
    expect(objects.slice(0, -1).map(({ line, text }) => [line, text])).toEqual(
      LINES.map((text, index) => [index + 1, text.trimEnd()]),
    );
    expect(objects.at(-1)).toMatchObject({ state: 'closed', outcome: 'complete', exitCode: 6, lines: 40 });
  });

  it('grep --follow prints each match once', async () => {
    const stdout = LINES.map((line, index) => `${index + 1}:${line}`).join('');
    expect(await printed('grep')).toEqual({ code: 0, stdout });
  });

  it("wait exits with the command's code", async () => {
    expect(await printed('wait')).toEqual({ code: 6, stdout: '' });
  });

  it('wait --match exits once the line is there, and prints it', async () => {
    expect(await printed('match')).toEqual({ code: 0, stdout: LINES[34] });
  });
});
