import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { withLoom } from './with-loom';

const ROOT = join(__dirname, '../..');

/** Waits at its second call for a file: however slow the machine is, no third line comes before that. */
const SLEEP = `#!/bin/sh
echo >>calls
test "$(wc -l <calls)" -ne 2 || until test -e go; do command -p sleep 0.1; done
`;

/** The commands of the document that deployed clients were written by, letter by letter but for the port. */
describe('the commands of the original document', () => {
  const loom = withLoom({ store: 'file:', config: 'tokens: []' });
  const directory = mkdtempSync(join(tmpdir(), 'loom-seed-'));
  const here = (command: string): string =>
    command.replaceAll('localhost:3060', loom.url('').replace('http://', ''));

  /** Runs a command as typed in a terminal, in a directory with a `file.txt` and Loom's `bin`. */
  const bash = async (command: string): Promise<string> => {
    const env = { ...process.env, PATH: `${directory}/waiting:${process.env['PATH']}` };
    const { stdout } = await promisify(execFile)('bash', ['-c', here(command)], { cwd: directory, env });
    return stdout;
  };
  const running = new Set<ChildProcess>();
  const watch = (command: string): { until(part: string): Promise<string> } => {
    const child = spawn('bash', ['-c', `exec ${here(command)}`], {
      cwd: directory,
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    running.add(child);
    let text = '';
    let wake = (): void => {};
    child.stdout.setEncoding('utf8').on('data', (piece: string) => {
      text += piece;
      wake();
    });
    return {
      async until(part) {
        while (!text.includes(part)) {
          await new Promise<void>((resolve) => {
            wake = resolve;
          });
        }
        return text;
      },
    };
  };

  beforeAll(async () => {
    writeFileSync(join(directory, 'file.txt'), 'from a file\n');
    mkdirSync(join(directory, 'waiting'));
    writeFileSync(join(directory, 'waiting/sleep'), SLEEP, { mode: 0o755 });
    await promisify(execFile)('ln', ['-s', join(ROOT, 'bin'), join(directory, 'bin')]);
  });
  afterAll(() => {
    for (const child of running) child.kill();
    rmSync(directory, { recursive: true, force: true });
  });

  it('curl creates a stream from a file with metadata', async () => {
    const answer = await bash(
      'curl -i -X POST  -H x-stream-metadata:"{\\"meta\\": true}" http://localhost:3060/stream/ --data-binary @file.txt',
    );
    expect(answer).toMatch(/^HTTP\/1\.1 201 Created\r\n/);
    const id = /X-Stream-Id: (\S+)/.exec(answer)?.[1];
    expect(await bash(`curl --no-buffer http://localhost:3060/stream/${id}`)).toBe('from a file\n');
    expect(await bash(`curl -i http://localhost:3060/stream/${id}`)).toContain(
      'X-Stream-Metadata: {"meta":true}\r\n',
    );
  });

  it('a piped stream reaches a consumer, notail, and spies with and without colour', async () => {
    const spy = watch('curl --no-buffer localhost:3060/spy');
    const colored = watch('curl --no-buffer localhost:3060/spy?color');
    const piped = bash(
      'for i in {1..5}; do echo $i; sleep 1; done | ./bin/stream http://localhost:3060 streamid',
    );
    await spy.until('START: streamid\n');
    const consumer = watch('curl --no-buffer http://localhost:3060/stream/streamid');
    await consumer.until('2\n');
    expect(await bash('curl http://localhost:3060/stream/streamid?notail')).toBe('1\n2\n');
    writeFileSync(join(directory, 'go'), '');
    expect(await consumer.until('5\n')).toBe('1\n2\n3\n4\n5\n');
    expect(await piped).toBe('');
    expect(await spy.until('END: streamid\n')).toBe(
      'START: streamid\nstreamid:\n1\n2\n3\n4\n5\nEND: streamid\n',
    );
    // biome-ignore lint/suspicious/noControlCharactersInRegex: escape sequences are what it is about.
    expect(await colored.until('END: streamid')).toMatch(/^\x1b.*START: streamid/);
  });

  it('an existing and a missing id are refused with the sentences of the document', async () => {
    await bash('curl -X POST http://localhost:3060/stream/taken --data-binary @file.txt');
    expect(await bash('curl -X POST http://localhost:3060/stream/taken --data-binary @file.txt')).toBe(
      '{"error":"The stream with ID taken already exists. Specify force=true query param to override.","code":"stream_exists"}\n',
    );
    expect(await bash('curl http://localhost:3060/stream/:id')).toBe(
      '{"error":"The stream with ID :id does not exist","code":"stream_not_found"}\n',
    );
  });
});

describe('the commands of the original document, with tokens', () => {
  const loom = withLoom({ store: 'memory:', config: 'tokens:\n  - token1\n  - token2\n' });

  it('a consumer with a token is accepted', async () => {
    const command = 'curl -H "Authorization: Bearer token1" http://localhost:3060/stream/test';
    const { stdout } = await promisify(execFile)('bash', [
      '-c',
      command.replace('localhost:3060', loom.url('').replace('http://', '')),
    ]);
    expect(stdout).toBe('{"error":"The stream with ID test does not exist","code":"stream_not_found"}\n');
  });
});
