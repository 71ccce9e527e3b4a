import type { Redis } from 'ioredis';
import type { Config } from '../../config/config';
import { messageOf } from '../../core/log/errors';
import { type Finding, failure, ok, warning } from '../../core/store/finding';
import { Connections } from '../../redis/connections';
import { parseRedisUrl } from '../../redis/url';
import { preflight } from './preflight';
import { settingsOf } from './schema/options';

const CLOCK_TOLERANCE_MS = 2_000;
/** Above this an operator should act before appends are refused. */
const FULL_PERCENT = 85;

/** Examines a Redis as the start of a server does, and what an operator has to watch. */
export async function* checkRedisStore({ store, redis, limits }: Config): AsyncGenerator<Finding, void> {
  const warnings: string[] = [];
  const warn = (message: string): void => void warnings.push(message);
  const settings = settingsOf({ ...redis, logsMax: limits.streams, warn, alarm: warn });
  let connections: Connections;
  try {
    connections = await Connections.open(parseRedisUrl(store), settings);
  } catch (error) {
    yield failure('store', messageOf(error));
    return;
  }
  try {
    yield await examine(() => preflight(connections, settings));
    for (const text of warnings) yield warning('store', text);
    for (const master of connections.masters()) {
      yield* checkMemory(master);
      yield await checkClock(master);
    }
  } finally {
    connections.close();
  }
}

async function examine(work: () => Promise<void>): Promise<Finding> {
  try {
    await work();
    return ok('store', 'Redis is of a version that Loom uses, may be written to, and evicts nothing');
  } catch (error) {
    return failure('store', messageOf(error));
  }
}

async function* checkMemory(redis: Redis): AsyncGenerator<Finding, void> {
  const info = await redis.info('memory');
  const used = numberIn(info, 'used_memory');
  const most = numberIn(info, 'maxmemory');
  if (most === 0) {
    yield warning(
      'memory',
      'Redis has no maxmemory: when the host is full, it is killed. Set it below the memory of the host',
    );
    return;
  }
  const percent = Math.round((100 * used) / most);
  const text = `Redis uses ${percent} % of its maxmemory`;
  yield percent >= FULL_PERCENT
    ? warning('memory', `${text}: when it is full, appends are refused`)
    : ok('memory', text);
}

async function checkClock(redis: Redis): Promise<Finding> {
  const begun = Date.now();
  const [seconds, micros] = await redis.time();
  const there = Number(seconds) * 1_000 + Number(micros) / 1_000;
  const ahead = there - (begun + Date.now()) / 2;
  if (Math.abs(ahead) <= CLOCK_TOLERANCE_MS)
    return ok('clock', 'the clock of Redis is as that of this machine');
  return warning(
    'clock',
    `the clock of Redis is ${Math.round(Math.abs(ahead) / 1_000)} s ${ahead > 0 ? 'ahead of' : 'behind'} that of this machine`,
  );
}

function numberIn(info: string, name: string): number {
  return Number(new RegExp(`^${name}:(\\d+)`, 'm').exec(info)?.[1] ?? 0);
}
