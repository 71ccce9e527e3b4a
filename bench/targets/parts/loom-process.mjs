import { join } from 'node:path';
import { debianProgram } from '../../harness/missing.mjs';
import { freePort } from '../../harness/ports.mjs';

/** What Loom needs beside itself to keep its streams there. */
export const needsOf = (store) =>
  store === 'redis' ? [debianProgram('redis-server'), debianProgram('redis-cli', 'redis-tools')] : [];

/**
 * Starts Loom as anyone would, with the defaults of every setting.
 * @param repository the folder whose bin/loom it is, built
 * @param store `files` or `redis`: one of its own
 */
export async function startLoom(stage, repository, store) {
  const redis = store === 'redis' ? await stage.redis() : undefined;
  const { port, pid } = await startNode(
    stage,
    repository,
    redis?.url ?? `file:${join(stage.folder, 'data')}`,
  );
  return { port, pids: [pid], redis };
}

/** The same twice over one Redis: producers are at the first node, readers at the second. */
export async function startTwoNodes(stage, repository) {
  const redis = await stage.redis();
  const first = await startNode(stage, repository, redis.url);
  const second = await startNode(stage, repository, redis.url);
  return { port: first.port, readPort: second.port, pids: [first.pid, second.pid], redis };
}

async function startNode(stage, repository, where) {
  const port = await freePort();
  const args = [join(repository, 'bin/loom'), '--port', port, '--store', where];
  const { pid } = await stage.serve(process.execPath, args, port, { env: withoutSettings() });
  return { port, pid };
}

/** Settings in the environment of whoever runs the benchmark would be measured as if they were the defaults. */
function withoutSettings() {
  const names = Object.keys(process.env).filter((name) => name.startsWith('LOOM_'));
  return { NODE_ENV: 'production', ...Object.fromEntries(names.map((name) => [name, undefined])) };
}
