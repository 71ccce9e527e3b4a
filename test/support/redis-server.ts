import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from './free-port';
import { PATIENCE_MS } from './patience';

export interface RedisServerOptions {
  /** `off`: nothing survives the process. The others are the values of `appendfsync`. */
  readonly persistence?: 'off' | 'everysec' | 'always';
  /** An existing directory; without it, one of its own that `stop` removes. */
  readonly dir?: string;
  /** A configuration file to start from. */
  readonly config?: string;
  /** Further arguments of redis-server, such as `['--maxmemory', '64mb']`. */
  readonly args?: readonly string[];
}

export interface RedisServer {
  readonly port: number;
  readonly url: string;
  readonly dir: string;
  readonly pid: number;
  /** Sends a signal. After one that ends the process, resolves once it has ended. */
  kill(signal: NodeJS.Signals): Promise<void>;
  /** Starts it again on the same port and directory. */
  restart(): Promise<void>;
  stop(): Promise<void>;
}

/** A redis-server of its own on a free port of the loopback, ready for commands. */
export async function startRedisServer(options: RedisServerOptions = {}): Promise<RedisServer> {
  const dir = options.dir ?? (await mkdtemp(join(tmpdir(), 'redis-server-')));
  const [port, first] = await startSomewhere(dir, options);
  let child = first;
  return {
    port,
    dir,
    url: `redis://127.0.0.1:${port}`,
    get pid() {
      return pidOf(child);
    },
    async kill(signal) {
      const pauses = signal === 'SIGSTOP' || signal === 'SIGCONT';
      const exited = pauses || hasExited(child) ? undefined : once(child, 'exit');
      process.kill(pidOf(child), signal);
      await exited;
    },
    async restart() {
      child = await start(port, dir, options);
    },
    async stop() {
      if (!hasExited(child)) {
        const exited = once(child, 'exit');
        child.kill('SIGKILL');
        await exited;
      }
      if (options.dir === undefined) await rm(dir, { recursive: true, force: true });
    },
  };
}

/** Between asking for a free port and using it another process may take it: then another port is tried. */
async function startSomewhere(dir: string, options: RedisServerOptions): Promise<[number, ChildProcess]> {
  for (let attempt = 1; ; attempt += 1) {
    const port = await freePort();
    try {
      return [port, await start(port, dir, options)];
    } catch (error) {
      if (attempt === 5 || !String(error).includes('in use')) throw error;
    }
  }
}

async function start(port: number, dir: string, options: RedisServerOptions): Promise<ChildProcess> {
  const persistence = options.persistence ?? 'off';
  const args = ['--port', String(port), '--bind', '127.0.0.1', '--dir', dir, '--daemonize', 'no'];
  if (options.config !== undefined) args.unshift(options.config);
  else args.push('--save', '');
  if (persistence !== 'off') args.push('--appendonly', 'yes', '--appendfsync', persistence);
  const child = spawn('redis-server', [...args, ...(options.args ?? [])], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let said = '';
  child.stdout.on('data', (piece: Buffer) => {
    said = `${said}${piece}`.slice(-4_000);
  });
  await new Promise<void>((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', () => reject(new Error(`redis-server ended:\n${said}`)));
    answering(port).then(resolve, reject);
  });
  return child;
}

/** Resolves once the server answers a PING with PONG: an open port alone may still be loading its data. */
async function answering(port: number): Promise<void> {
  const until = Date.now() + PATIENCE_MS;
  while (!(await ping(port))) {
    if (Date.now() > until)
      throw new Error(`after ${PATIENCE_MS} ms redis-server on port ${port} had not answered a PING`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

function ping(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => socket.write('PING\r\n'));
    const settle = (alive: boolean): void => {
      socket.destroy();
      resolve(alive);
    };
    socket.setTimeout(10_000, () => settle(false));
    socket.once('data', (answer) => settle(/^[+-](PONG|NOAUTH)/.test(answer.toString())));
    socket.once('error', () => settle(false));
  });
}

function hasExited(child: ChildProcess): boolean {
  return child.exitCode !== null || child.signalCode !== null;
}

function pidOf(child: ChildProcess): number {
  if (child.pid === undefined) throw new Error('redis-server did not start');
  return child.pid;
}
