import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { withLoom } from '../e2e/with-loom';
import { shellLine } from './shell-line';
import type { Finished } from './stream-process';

/** A shell in which `stream` is a command of a Loom, and `$ID` the id of a stream that each test has for itself. */
export interface ShellUnderTest {
  line(text: string, env?: Readonly<Record<string, string>>, input?: string): Promise<Finished>;
  /** The stream's bytes. */
  content(): Promise<string>;
  metadata(): Promise<unknown>;
  /** What is left in `$TMPDIR` of `stream`. */
  leftovers(): Promise<string[]>;
}

/** For all tests of the file. */
export function withShell(): ShellUnderTest {
  const loom = withLoom({ store: 'memory:' });
  let temporary: string;
  let count = 0;
  const url = (): string => loom.url(`/stream/stream-${count}`);

  beforeAll(async () => {
    temporary = await mkdtemp(join(tmpdir(), 'loom-shell-test-'));
  });
  afterAll(() => rm(temporary, { recursive: true }));
  beforeEach(() => {
    count += 1;
  });

  return {
    line: (text, env = {}, input = '') =>
      shellLine(text, {
        env: { LOOM_URL: loom.url(''), ID: `stream-${count}`, TMPDIR: temporary, ...env },
        input,
      }),
    content: async () => (await fetch(`${url()}?notail`)).text(),
    metadata: async () => {
      const { headers } = await fetch(url(), { method: 'HEAD' });
      return JSON.parse(headers.get('X-Stream-Metadata') ?? 'null');
    },
    leftovers: async () => (await readdir(temporary)).filter((name) => name.startsWith('loom-')),
  };
}
