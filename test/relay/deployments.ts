import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { LoomProcess } from '../support/loom-process';
import { type RedisServer, startRedisServer } from '../support/redis-server';
import { Call, type CallOptions } from './call';

type System = 'rendezvous' | 'httpipe' | 'cama';

/** Where a relay lies on the main port. */
const MOUNTS: Readonly<Record<System, string>> = { rendezvous: '/rendezvous', httpipe: '', cama: '' };

export interface Site {
  /** The system at one of the nodes: each time at the next one. */
  url(path: string): string;
  call(path: string, options?: CallOptions): Call;
  readonly nodes: () => readonly LoomProcess[];
  readonly redis: () => RedisServer | undefined;
}

export interface Deployment {
  readonly name: string;
  readonly store: 'file' | 'redis';
  readonly nodes: number;
  /** At the root of a port of its own, instead of its mount on the main port. */
  readonly alone: boolean;
}

export const DEPLOYMENTS: readonly Deployment[] = [
  { name: 'one node on files', store: 'file', nodes: 1, alone: false },
  { name: 'one node on Redis', store: 'redis', nodes: 1, alone: true },
  { name: 'two nodes on Redis', store: 'redis', nodes: 2, alone: true },
];

/** Runs tests on every deployment, in real processes. Needs `npm run build`. */
export function onEachDeployment(system: System, tests: (site: Site) => void, { config = '' } = {}): void {
  describe.each(DEPLOYMENTS)('on $name', (deployment) => {
    tests(deploy(system, deployment, config));
  });
}

/** Starts and stops the nodes with the tests of the surrounding `describe`. */
export function deploy(system: System, { store, nodes, alone }: Deployment, config = ''): Site {
  const directory = mkdtempSync(join(tmpdir(), 'loom-relay-'));
  let redis: RedisServer | undefined;
  let running: readonly LoomProcess[] = [];
  let bases: readonly string[] = [];
  let turn = 0;

  beforeAll(async () => {
    const file = join(directory, 'config.yaml');
    writeFileSync(file, `listeners: [{serve: ${system}, port: 0}]\n${config}`);
    if (store === 'redis') redis = await startRedisServer();
    const url = redis?.url ?? `file:${directory}/data`;
    const starting = Array.from({ length: nodes }, () =>
      LoomProcess.start({ store: url, args: ['-c', file] }),
    );
    running = await Promise.all(starting);
    await Promise.all(running.map((node) => node.logged('"msg":"listening"')));
    bases = running.map((node) => (alone ? ownUrl(node) : node.url + MOUNTS[system]));
  });
  afterAll(async () => {
    await Promise.all(running.map((node) => node.stop()));
    await redis?.stop();
    rmSync(directory, { recursive: true, force: true });
  });

  const url = (path: string): string => {
    turn += 1;
    return bases[turn % bases.length] + path;
  };
  return {
    url,
    call: (path, options) => new Call(url(path), options),
    nodes: () => running,
    redis: () => redis,
  };
}

/** The address of the relay on its own port, from the log of a node. */
export function ownUrl(node: LoomProcess): string {
  const found = /"relay":"(http:[^"]+)"/.exec(node.stdout)?.[1];
  if (found === undefined) throw new Error(`no port of its own: ${node.stdout}`);
  return found;
}
