import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { LoomProcess } from '../../support/loom-process';
import { type RedisServer, startRedisServer } from '../../support/redis-server';
import { UpstreamServer } from './upstream-server';

export const LONG_POLL_MS = 1_500;

export interface StageOptions {
  readonly store: 'files' | 'memory' | 'redis';
  readonly nodes?: number;
  /** Further settings of the group `packets`, in YAML. */
  readonly settings?: string;
  readonly args?: readonly string[];
  readonly upstreams?: 'two' | 'none';
}

/** A packet proxy on one or several nodes, in front of one of two upstreams. */
export class Stage {
  #turn = 0;

  private constructor(
    readonly upstream: UpstreamServer,
    /** Is down unless a test starts it. */
    readonly spare: UpstreamServer,
    readonly nodes: readonly LoomProcess[],
    readonly redis: RedisServer | undefined,
    private readonly directory: string,
  ) {}

  static async open({
    store,
    nodes = 1,
    settings = '',
    args = [],
    upstreams = 'two',
  }: StageOptions): Promise<Stage> {
    const directory = mkdtempSync(join(tmpdir(), 'loom-packets-'));
    const redis = store === 'redis' ? await startRedisServer({ persistence: 'everysec' }) : undefined;
    const [upstream, spare] = await Promise.all([UpstreamServer.prepare(), UpstreamServer.prepare()]);
    await upstream.up();
    const file = join(directory, 'config.yaml');
    writeFileSync(file, configOf(upstreams === 'two' ? [upstream.url, spare.url] : [], settings));
    const url = redis?.url ?? (store === 'memory' ? 'memory:' : `file:${directory}/data`);
    const start = () => LoomProcess.start({ store: url, args: ['-c', file, ...args] });
    const processes = await Promise.all(Array.from({ length: nodes }, start));
    return new Stage(upstream, spare, processes, redis, directory);
  }

  /** Another node each time. */
  url(path: string): string {
    this.#turn += 1;
    return `${this.node(this.#turn % this.nodes.length).url}/packets${path}`;
  }

  node(index: number): LoomProcess {
    const node = this.nodes[index];
    if (node === undefined) throw new Error(`there is no node ${index}`);
    return node;
  }

  /** The directory in which everything is kept. */
  kept(): string {
    return this.redis?.dir ?? join(this.directory, 'data');
  }

  /** For the next test. */
  async reset(): Promise<void> {
    await this.spare.down();
    this.upstream.reset();
    this.spare.reset();
  }

  async close(): Promise<void> {
    await Promise.all([this.upstream.down(), this.spare.down()]);
    await Promise.all(this.nodes.map((node) => node.stop()));
    await this.redis?.stop();
    rmSync(this.directory, { recursive: true, force: true });
  }
}

function configOf(upstreams: readonly string[], settings: string): string {
  return `
relay:
  nodeLease: 3s
packets:
  upstreams: [${upstreams.join(', ')}]
  retryDelay: 150ms
  pollInterval: 150ms
${settings.includes('  timeout:') ? '' : '  timeout: 5s'}
${settings.includes('  longPoll:') ? '' : `  longPoll: ${LONG_POLL_MS}ms`}
${settings}
`;
}

const STAGES: Readonly<Record<string, StageOptions>> = {
  'on files': { store: 'files' },
  'on Redis': { store: 'redis' },
  'on two nodes that share a Redis': { store: 'redis', nodes: 2 },
};

/** Runs tests on each kind of stage. */
export function onEachStage(name: string, tests: (stage: () => Stage) => void, settings = ''): void {
  describe.each(Object.entries(STAGES))(`${name}, %s`, (_, options) => {
    let stage: Stage | undefined;
    beforeAll(async () => {
      stage = await Stage.open({ ...options, settings });
    });
    afterAll(() => stage?.close());
    afterEach(() => stage?.reset());
    tests(() => {
      if (stage === undefined) throw new Error('the stage is not open');
      return stage;
    });
  });
}
