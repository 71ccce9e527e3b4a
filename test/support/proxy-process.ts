import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { PATIENCE_MS } from './patience';

/** A server of another project in front of Loom. */
export interface ProxyProcess {
  readonly url: string;
  stop(): Promise<void>;
}

interface ProxyCommand {
  readonly program: string;
  readonly args: readonly string[];
  readonly cwd: string;
  readonly port: number;
  readonly env?: Readonly<Record<string, string>>;
}

const POLL_MS = 10;

/** Resolves once the program listens on `port`. @throws with what it printed if it does not */
export async function startProxy({
  program,
  args,
  cwd,
  port,
  env = {},
}: ProxyCommand): Promise<ProxyProcess> {
  // Debian has some of them where only root looks for programs.
  const PATH = `${process.env['PATH']}:/usr/sbin`;
  const child = spawn(program, args, {
    stdio: ['ignore', 'ignore', 'pipe'],
    cwd,
    env: { ...process.env, ...env, PATH },
  });
  const exited = once(child, 'close').catch(() => {});
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    said += text;
  });
  child.on('error', (error) => {
    said += String(error);
  });
  const isOver = (): boolean =>
    child.pid === undefined || child.exitCode !== null || child.signalCode !== null;
  const stop = async (): Promise<void> => {
    child.kill('SIGTERM');
    await exited;
  };
  const deadline = Date.now() + PATIENCE_MS;
  while (!(await listens(port))) {
    if (isOver() || Date.now() > deadline) {
      await stop();
      throw new Error(`${program} did not start: ${said}`);
    }
    await delay(POLL_MS);
  }
  return { url: `http://127.0.0.1:${port}`, stop };
}

async function listens(port: number): Promise<boolean> {
  const socket = connect(port, '127.0.0.1');
  try {
    await once(socket, 'connect');
    return true;
  } catch {
    // Not yet: the caller asks again.
    return false;
  } finally {
    socket.destroy();
  }
}
