import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { request } from '../support/http';
import { LoomProcess } from '../support/loom-process';
import { BIN } from './stream-process';

const DOCUMENT = join(__dirname, '../../docs/cli.md');
const SECTIONS = [
  '### Parts of a stream',
  '## What is there: `stream cat [URL] ID…`',
  '## Searching: `stream grep [URL] PATTERN ID…`',
  '## Waiting: `stream wait [URL] ID`',
];
const LINES = Array.from({ length: 200 }, (_, index) => `line ${index + 1}\n`);
LINES[99] = 'E42: an Error\n';
LINES[149] = 'a warning\n';
const LOG = LINES.join('');
const AROUND = LINES.slice(96, 103).map((line, index) => `${97 + index}${index === 3 ? ':' : '-'}${line}`);

/** What each command of these sections prints. `TIME` is any time. */
const PRINTED: Readonly<Record<string, string>> = {
  'stream follow -n 20 build-42': LINES.slice(-20).join(''),
  'stream follow --since 10m --timestamps build-42': LINES.map((line) => `TIME ${line}`).join(''),
  'stream follow --no-follow --line 120 --lines 50 build-42': LINES.slice(119, 169).join(''),
  'stream follow -n 1 --no-follow -o json build-42':
    '{"line":200,"offset":1689,"time":"TIME","text":"line 200"}\n' +
    '{"state":"closed","outcome":"complete","exitCode":0,"bytes":1698,"lines":200}\n',
  'stream cat build-42 | head -1': 'line 1\n',
  'stream cat --since 10m build-42 build-43': `${LOG}E1: another\n`,
  'stream grep -n -C 3 -i error build-42': AROUND.join(''),
  "stream grep -E '^E[0-9]+:' build-42 build-43": 'build-42:E42: an Error\nbuild-43:E1: another\n',
  'stream grep -c warning --prefix build-': 'build-42:1\n',
  "stream grep --follow 'listening on' server-1": 'listening on 80\n',
  'stream wait build-42 && ./deploy': 'deployed\n',
  "stream wait --timeout 30s --create --match 'listening on' server-1": 'listening on 80\n',
  'stream wait --for bytes --count 1 --timeout 10s build-42': '',
};

/** The commands of the sections, without the comments behind them. */
function commandsInDocument(): string[] {
  const text = readFileSync(DOCUMENT, 'utf8');
  return SECTIONS.flatMap((title) => {
    const [, rest = ''] = text.split(`\n${title}\n`);
    const [own = ''] = rest.split('\n## ');
    return [...own.matchAll(/^ {4}(stream .*?)(?: +#.*)?$/gm)].map(([, command = '']) => command);
  });
}

describe('the commands of the page of the command line', () => {
  const directory = mkdtempSync(join(tmpdir(), 'loom-document-'));
  let loom: LoomProcess;
  beforeAll(async () => {
    loom = await LoomProcess.start({ store: 'memory:' });
    symlinkSync(BIN, join(directory, 'stream'));
    writeFileSync(join(directory, 'deploy'), '#!/bin/sh\necho deployed\n', { mode: 0o755 });
    const headers = { 'X-Stream-Metadata': '{"exitCode":0}' };
    for (const [id, body] of [
      ['build-42', LOG],
      ['build-43', 'E1: another\n'],
      ['server-1', 'listening on 80\n'],
    ])
      await request(`${loom.url}/stream/${id}`, { method: 'POST', body: body ?? '', headers });
  });
  afterAll(async () => {
    await loom.stop();
    rmSync(directory, { recursive: true });
  });

  it('are all known here', () => {
    expect(commandsInDocument()).toEqual(Object.keys(PRINTED));
  });

  it.each(Object.keys(PRINTED))('%s prints what the page says', async (command) => {
    const env = { ...process.env, LOOM_URL: loom.url, PATH: `${directory}:${process.env['PATH']}` };
    const { stdout } = await promisify(execFile)('bash', ['-c', command], { cwd: directory, env });
    expect(stdout.replace(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z/g, 'TIME')).toBe(PRINTED[command]);
  });
});
