import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { freePort } from './free-port';

export interface Nginx {
  readonly url: string;
  stop(): Promise<void>;
}

/** The nginx block of `docs/operations.md`, in front of the Loom on `port`. Only the ports are not those of the page. */
export function startDocumentedNginx(port: number): Promise<Nginx> {
  return start(port, documentedBlock());
}

/** The same below `/logs`, as `docs/viewer.md` has it. Its `url` ends in that path. */
export async function startNginxBelowLogs(port: number): Promise<Nginx> {
  const [map = '', lines = ''] = blocksOf('viewer.md');
  const block = documentedBlock()
    .replace('location / {', 'location /logs/ {')
    .replace(/^ *proxy_pass .*\n/m, () => lines);
  const nginx = await start(port, map + block);
  return { ...nginx, url: `${nginx.url}/logs` };
}

/** The same with another location, below `/logs`. `loom` is the name of the upstream. */
export async function startNginxBelow(location: string, port: number): Promise<Nginx> {
  const block = documentedBlock().replace(/^ {2}location \/ \{.*?^ {2}\}$/ms, () => location);
  const nginx = await start(port, block);
  return { ...nginx, url: `${nginx.url}/logs` };
}

/** The nginx block of `docs/ci-wires.md`, in front of a GitLab, whose traces it copies to the Loom on `port`. */
export function startMirroringNginx(port: number, gitlabPort: number): Promise<Nginx> {
  const [block = ''] = blocksOf('ci-wires.md');
  return start(port, block.replace('server 127.0.0.1:8080;', `server 127.0.0.1:${gitlabPort};`));
}

async function start(port: number, block: string): Promise<Nginx> {
  const directory = mkdtempSync(join(tmpdir(), 'nginx-'));
  const listen = await freePort();
  writeFileSync(join(directory, 'nginx.conf'), configuration(block, port, listen));
  const args = ['-p', directory, '-c', 'nginx.conf', '-e', 'stderr'];
  // Debian has it where only root looks for programs.
  const PATH = `${process.env['PATH']}:/usr/sbin`;
  const child = spawn('nginx', args, { stdio: ['ignore', 'ignore', 'pipe'], env: { ...process.env, PATH } });
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    said += text;
  });
  child.on('error', (error) => {
    said += String(error);
  });
  await untilItListens(child, listen, () => said);
  return {
    url: `http://127.0.0.1:${listen}`,
    async stop() {
      child.kill('SIGTERM');
      if (child.exitCode === null) await once(child, 'exit');
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

function documentedBlock(): string {
  const [block] = blocksOf('operations.md');
  if (block === undefined) throw new Error('docs/operations.md has no nginx block');
  return block;
}

function blocksOf(name: string): readonly string[] {
  const page = readFileSync(join(__dirname, '../../docs', name), 'utf8');
  return [...page.matchAll(/^```nginx\n(.*?)^```/gms)].map(([, block = '']) => block);
}

/** One process, all of whose files are in its own directory. */
function configuration(block: string, port: number, listen: number): string {
  const http = block
    .replace('server 127.0.0.1:3060;', `server 127.0.0.1:${port};`)
    .replace(/^server \{$/m, `server {\n  listen 127.0.0.1:${listen};`);
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'];
  return `
    daemon off;
    master_process off;
    pid nginx.pid;
    events {}
    http {
      access_log off;
      ${temporary.map((name) => `${name}_temp_path ${name};`).join('\n      ')}
      ${http}
    }
  `;
}

async function untilItListens(child: ChildProcess, port: number, said: () => string): Promise<void> {
  for (;;) {
    const socket = connect(port, '127.0.0.1');
    const isUp = await once(socket, 'connect').then(
      () => true,
      () => false,
    );
    socket.destroy();
    if (isUp) return;
    if (child.pid === undefined || child.exitCode !== null) throw new Error(`nginx did not start: ${said()}`);
    await delay(10);
  }
}
