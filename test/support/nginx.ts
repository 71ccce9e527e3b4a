import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from './free-port';
import { type ProxyProcess, startProxy } from './proxy-process';

/** `ops/nginx.conf`, in front of the Loom on `port`. Only the ports are not those of the file. */
export function startNginx(port: number): Promise<ProxyProcess> {
  return start(port, configurationFile());
}

/** The same below `/logs`, as `docs/viewer.md` has it. Its `url` ends in that path. */
export async function startNginxBelowLogs(port: number): Promise<ProxyProcess> {
  const [map = '', lines = ''] = blocksOf('viewer.md');
  const block = configurationFile()
    .replace('location / {', 'location /logs/ {')
    .replace(/^ *proxy_pass .*\n/m, () => lines);
  const nginx = await start(port, map + block);
  return { ...nginx, url: `${nginx.url}/logs` };
}

/** The same with another location, below `/logs`. `loom` is the name of the upstream. */
export async function startNginxBelow(location: string, port: number): Promise<ProxyProcess> {
  const block = configurationFile().replace(/^ {2}location \/ \{.*?^ {2}\}$/ms, () => location);
  const nginx = await start(port, block);
  return { ...nginx, url: `${nginx.url}/logs` };
}

/** The nginx block of `docs/ci-wires.md`, in front of a GitLab, whose traces it copies to the Loom on `port`. */
export function startMirroringNginx(port: number, gitlabPort: number): Promise<ProxyProcess> {
  const [block = ''] = blocksOf('ci-wires.md');
  return start(port, block.replace('server 127.0.0.1:8080;', `server 127.0.0.1:${gitlabPort};`));
}

async function start(port: number, block: string): Promise<ProxyProcess> {
  const directory = mkdtempSync(join(tmpdir(), 'nginx-'));
  const listen = await freePort();
  writeFileSync(join(directory, 'nginx.conf'), configuration(block, port, listen));
  const args = ['-p', directory, '-c', 'nginx.conf', '-e', 'stderr'];
  const nginx = await startProxy({ program: 'nginx', args, cwd: directory, port: listen });
  return {
    ...nginx,
    async stop() {
      await nginx.stop();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

function configurationFile(): string {
  return readFileSync(join(__dirname, '../../ops/nginx.conf'), 'utf8');
}

function blocksOf(name: string): readonly string[] {
  const page = readFileSync(join(__dirname, '../../docs', name), 'utf8');
  return [...page.matchAll(/^```nginx\n(.*?)^```/gms)].map(([, block = '']) => block);
}

/** One process, all of whose files are in its own directory. */
function configuration(block: string, port: number, listen: number): string {
  const http = block
    .replace('server 127.0.0.1:3060;', `server 127.0.0.1:${port};`)
    .replace(/^ *(?:listen|server_name|access_log) .*\n/gm, '')
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
