import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { REPOSITORY } from './packed-package';

interface LockedPackage {
  readonly dev?: boolean;
}

/** A registry on this machine with nothing but the installed packages that the published one depends on. */
export class LocalRegistry {
  readonly #server: Server;
  /** The folders of each package in `node_modules`, one per version. */
  readonly #folders = new Map<string, string[]>();

  private constructor() {
    const lock: { packages: Record<string, LockedPackage> } = JSON.parse(
      readFileSync(path.join(REPOSITORY, 'package-lock.json'), 'utf8'),
    );
    for (const [place, { dev }] of Object.entries(lock.packages)) {
      const folder = path.join(REPOSITORY, place);
      // Those for other systems are not installed.
      if (place === '' || dev || !existsSync(folder)) continue;
      const name = place.slice(place.lastIndexOf('node_modules/') + 'node_modules/'.length);
      this.#folders.set(name, [...(this.#folders.get(name) ?? []), folder]);
    }
    this.#server = createServer((req, res) => this.#answer(decodeURIComponent(req.url ?? ''), res));
  }

  static async start(): Promise<LocalRegistry> {
    const registry = new LocalRegistry();
    registry.#server.listen(0, '127.0.0.1');
    await once(registry.#server, 'listening');
    return registry;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  stop(): void {
    this.#server.closeAllConnections();
    this.#server.close();
  }

  #answer(url: string, res: ServerResponse): void {
    const [, archived, version] = /^\/(.+)\/-\/(.+)\.tgz$/.exec(url) ?? [];
    const folders = this.#folders.get(archived ?? url.slice(1));
    if (folders === undefined) res.writeHead(404).end('{}');
    else if (archived === undefined) res.end(JSON.stringify(this.#describe(url.slice(1), folders)));
    else sendArchive(folders.find((folder) => manifestOf(folder).version === version) ?? '', res);
  }

  #describe(name: string, folders: readonly string[]): object {
    const versions = folders.map(manifestOf).map((manifest) => {
      const tarball = `${this.url}/${name}/-/${manifest.version}.tgz`;
      return [manifest.version, { ...manifest, dist: { tarball } }] as const;
    });
    return { name, 'dist-tags': { latest: versions[0]?.[0] }, versions: Object.fromEntries(versions) };
  }
}

function manifestOf(folder: string): { version: string } {
  return JSON.parse(readFileSync(path.join(folder, 'package.json'), 'utf8'));
}

function sendArchive(folder: string, res: ServerResponse): void {
  const form = ['--exclude=./node_modules', '--transform=s,^\\.,package,'];
  const tar = spawn('tar', ['-czf', '-', '-C', folder, ...form, '.'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  tar.stdout.pipe(res);
}
