import { readFile } from 'node:fs/promises';
import type { Config } from '../config/config';
import { type Finding, ok, warning } from '../core/store/finding';

/** What a process needs besides connections and log files. */
const OTHERS = 100;

/** Compares the limit of open files, which a server started here would have, with what the settings may need. */
export async function checkOpenFiles({ limits, files, store }: Config): Promise<Finding> {
  const hard = await hardLimit();
  if (hard === undefined) return warning('files', 'the limit of open files cannot be read on this system');
  const logs = store.startsWith('file:') ? files.openFiles : 0;
  const needed = limits.connections + logs + OTHERS;
  if (hard >= needed) return ok('files', `${hard} files may be open, and ${needed} may be needed`);
  return warning(
    'files',
    `${hard} files may be open, but limits.connections and files.openFiles may need ${needed}: raise LimitNOFILE= (systemd), ulimits: nofile (Compose) or ulimit -Hn, or lower limits.connections`,
  );
}

async function hardLimit(): Promise<number | undefined> {
  const text = await readFile('/proc/self/limits', 'latin1').catch(() => '');
  const [, hard] = /^Max open files\s+\S+\s+(\S+)/m.exec(text) ?? [];
  if (hard === undefined) return undefined;
  return hard === 'unlimited' ? Number.POSITIVE_INFINITY : Number(hard);
}
