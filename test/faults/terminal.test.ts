import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { withLoom } from '../e2e/with-loom';
import { Producer, request } from '../support/http';

const BIN = join(__dirname, '../../bin/stream');

/** What a stream may hold to make the terminal that shows it do something. */
const ATTACKS: Readonly<Record<string, Buffer>> = {
  'a title': Buffer.from('\x1b]0;SECRET\x07'),
  'a title that ST ends': Buffer.from('\x1b]2;SECRET\x1b\\'),
  'the clipboard': Buffer.from('\x1b]52;c;U0VDUkVU\x07'),
  'a link': Buffer.from('\x1b]8;;http://evil.example\x1b\\text\x1b]8;;\x1b\\'),
  'a device control string': Buffer.from('\x1bP$q"p\x1b\\'),
  'a report of the cursor': Buffer.from('\x1b[6n'),
  'a report of the device': Buffer.from('\x1b[c\x1b[>c\x1bZ'),
  'a moved cursor': Buffer.from('\x1b[10A\x1b[1;1H\x1b7\x1b8'),
  'a cleared screen': Buffer.from('\x1b[2J\x1b[3J\x1bc'),
  'another screen': Buffer.from('\x1b[?1049h'),
  'something between CSI and its end': Buffer.from('\x1b[\x1b]0;SECRET\x0731m'),
  'bells and backspaces': Buffer.from('\x07\x08\x08\x7f'),
  'another character set': Buffer.from('\x0e\x1b(0'),
  'C1 controls': Buffer.from('\u009b2J\u009d0;SECRET\u009c'),
  'bare C1 controls': Buffer.from([0x9b, 0x32, 0x4a, 0x9d, 0x30, 0x3b, 0x9c]),
  'text from right to left': Buffer.from('\u202eterces\u202c\u2066x\u2069'),
};

const ALL = Buffer.concat([
  ...Object.entries(ATTACKS).flatMap(([name, attack]) => [
    Buffer.from(`${name}: `),
    attack,
    Buffer.from('\n'),
  ]),
  Buffer.from('\x1b[31mred\x1b[0m\n'),
]);

describe('bin/stream on a terminal', () => {
  const loom = withLoom({ store: 'memory:', config: '' });

  beforeAll(async () => {
    await request(loom.url('/stream/attack'), {
      method: 'POST',
      headers: { 'X-Stream-Metadata': '{"title":"\\u001b]0;SECRET\\u0007","order":"\\u202e"}' },
      body: ALL,
    });
    await request(loom.url(`/stream/${encodeURIComponent('id-\u202egpj.exe')}`), {
      method: 'POST',
      body: 'x',
    });
  });

  it('a follower escapes the control characters of a stream, except colours', async () => {
    const shown = await onTerminal(['follow', loom.url(''), 'attack']);
    expectHarmless(shown);
    expect(shown).toContain('\x1b[31mred\x1b[0m');
    expect(shown).toContain('a title: ^[]0;SECRET^G');
  });

  it.each([['ls'], ['ls', '--json']])('a list escapes control characters: %s %s', async (...words) => {
    const shown = await onTerminal([...words, loom.url('')]);
    expectHarmless(shown);
    expect(shown).toContain('id-\\u202egpj.exe');
  });

  it('a spy escapes control characters', async () => {
    const producer = new Producer(loom.url(`/stream/${encodeURIComponent('spied-\u202e')}`));
    await producer.write(ALL);
    const shown = await onTerminal(['spy', '--from', 'start', loom.url('')], 'red');
    expectHarmless(shown);
    producer.destroy();
  });

  it('an error escapes control characters', async () => {
    const shown = await onTerminal(['follow', loom.url(''), 'no-\u202esuch']);
    expectHarmless(shown);
    expect(shown).toContain('no-\\u202esuch');
  });

  it('an upload shows its address on a terminal once the stream exists, and nowhere else', async () => {
    const [url, id] = [loom.url(''), 'shown'];
    const command = [process.execPath, BIN, url, id].map(quoted).join(' ');
    expect(await shownBy(`echo one | ${command}`)).toBe(`stream: live at ${url}/stream/shown\r\n`);
    expect(await shownBy(`echo two | ${command}`)).not.toContain('live at');
    expect(await shownBy(`echo three | ${command} --force 2>&1 | cat`)).toBe('');
  });

  it('follow --raw writes control characters as they are', async () => {
    const shown = await onTerminal(['follow', '--raw', loom.url(''), 'attack']);
    expect(shown).toContain('\x1b]0;SECRET\x07');
  });
});

/**
 * The output of `bin/stream` on a terminal, whatever its exit code.
 * @param until for commands that never end by themselves: the command is killed once it has shown this
 */
async function onTerminal(words: readonly string[], until?: string): Promise<string> {
  return shownBy([process.execPath, BIN, ...words].map(quoted).join(' '), until);
}

async function shownBy(command: string, until?: string): Promise<string> {
  const running = promisify(execFile)('script', ['-qec', `${command}; true`, '/dev/null']);
  let shown = '';
  running.child.stdout?.on('data', (text: string) => {
    shown += text;
    if (until !== undefined && shown.includes(until)) running.child.kill();
  });
  await running.catch((error) => {
    // What we have ended ourselves fails.
    if (until === undefined) throw error;
  });
  return shown;
}

function quoted(word: string): string {
  return `'${word.replaceAll("'", "'\\''")}'`;
}

/** Only printable characters, ends of lines, tabs and colours. */
function expectHarmless(text: string): void {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what it looks for.
  const withoutColors = text.replaceAll(/\x1b\[[0-9;:]*m/g, '');
  expect(text.length).toBeGreaterThan(20);
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what it looks for.
  expect(withoutColors).not.toMatch(/[\0-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]/);
}
