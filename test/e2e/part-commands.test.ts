import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { request } from '../support/http';
import { withLoom } from './with-loom';

const DOCUMENT = join(__dirname, '../../docs/loom.md');

const LINES = Array.from({ length: 200 }, (_, i) => `line ${i + 1}\n`);
const TEXT = LINES.join('');

/** What each command of the document prints, or leaves in `build.log`. */
const PRINTED: Readonly<Record<string, string>> = {
  "curl 'http://localhost:3060/stream/build-7?tail=20'": LINES.slice(-20).join(''),
  "curl 'http://localhost:3060/stream/build-7?line=120&lines=50'": LINES.slice(119, 169).join(''),
  "curl 'http://localhost:3060/stream/build-7?since=10m&notail'": TEXT,
  "curl 'http://localhost:3060/stream/build-7?offset=-1000&notail'": TEXT.slice(-1000),
  'curl -C - -o build.log http://localhost:3060/stream/build-7': TEXT,
  "curl --compressed 'http://localhost:3060/stream/build-7?notail'": TEXT,
};

/** The commands of a section of the document, without the comments behind them. */
function commandsOf(section: string): string[] {
  const [, rest = ''] = readFileSync(DOCUMENT, 'utf8').split(`\n### ${section}\n`);
  const [own = ''] = rest.split('\n### ');
  return [...own.matchAll(/^ {4}(curl .*?)(?: +#.*)?$/gm)].map(([, command = '']) => command);
}

describe('the commands of "Parts of a stream"', () => {
  const loom = withLoom({ store: 'file:' });
  const directory = mkdtempSync(join(tmpdir(), 'loom-parts-'));
  beforeAll(() => request(loom.url('/stream/build-7'), { method: 'POST', body: TEXT }));
  afterAll(() => rmSync(directory, { recursive: true }));

  it('are all known here', () => {
    expect(commandsOf('Parts of a stream')).toEqual(Object.keys(PRINTED));
  });

  it.each(Object.keys(PRINTED))('%s does what the document says', async (command) => {
    const here = command.replace('http://localhost:3060', loom.url(''));
    const { stdout } = await promisify(execFile)('bash', ['-c', here], { cwd: directory });
    const printed = command.includes('-o ') ? readFileSync(join(directory, 'build.log'), 'utf8') : stdout;
    expect(printed).toBe(PRINTED[command]);
  });
});
