import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '../support/free-port';

const PAGE = readFileSync(join(__dirname, '../../docs/relays.md'), 'utf8');
const BLOCKS = [...PAGE.matchAll(/^```sh\n(.*?)^```/gms)].map(([, block = '']) => block);
/** The ports of the page. */
const PORTS = ['9999', '3000', '8000', '8080', '8010'];

/** What each block prints, in this order. */
const PRINTED = [
  ['"state":"FINISHED"'],
  ['404 Not Found', 'no such file'],
  ['hello'],
  ['X-Bytes-Delivered: 5', '200 OK'],
  ['X-Kind: answer', 'hello back', 'More: 0'],
];

describe('the commands of the page of the relays', () => {
  let directory: string;
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'loom-relays-'));
    symlinkSync(join(__dirname, '../../bin'), join(directory, 'bin'));
  });
  afterEach(() => rmSync(directory, { recursive: true }));

  it('all are known here', () => {
    expect(BLOCKS).toHaveLength(PRINTED.length);
  });

  it('work when they are pasted one after the other', async () => {
    const script = BLOCKS.map((block, at) => `printf '\\nBLOCK ${at}\\n'\n${block}wait_for_jobs\n`).join('');
    const shown = await pasted(await withFreePorts(script));
    const parts = shown.split(/^BLOCK \d\n/m).slice(1);
    for (const [at, texts] of PRINTED.entries()) {
      for (const text of texts) expect(parts[at]).toContain(text);
      expect(parts[at]).not.toMatch(/another process uses the port|\b50[0-9] /);
    }
    expect(readFileSync(join(directory, 'copy.bin'))).toEqual(readFileSync(join(directory, 'file.bin')));
  });

  /** Runs the script as an interactive shell would, and ends what it has started. */
  async function pasted(script: string): Promise<string> {
    // The requests in the background print to the block that they belong to.
    const prelude = 'wait_for_jobs() { while pgrep -P $$ -x curl >/dev/null; do sleep 0.1; done; }\n';
    const shell = spawn('bash', ['-c', prelude + script], { cwd: directory, detached: true });
    let shown = '';
    for (const output of [shell.stdout, shell.stderr])
      output.setEncoding('utf8').on('data', (text: string) => {
        shown += text;
      });
    const closed = once(shell, 'close');
    await once(shell, 'exit');
    // The servers are in the group of the shell, and have its output.
    if (shell.pid !== undefined) process.kill(-shell.pid, 'SIGKILL');
    await closed;
    return shown;
  }

  async function withFreePorts(script: string): Promise<string> {
    let changed = script;
    for (const port of PORTS) changed = changed.replaceAll(port, String(await freePort()));
    return changed;
  }
});
