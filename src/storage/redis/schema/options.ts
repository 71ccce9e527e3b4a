import type { Config } from '../../../config/config';
import type { Alarm, Warn } from '../../../core/store/warnings';

/** What only tests set to other values. */
const TUNING = {
  /** How many bytes of commits may wait for Redis. Further commits are refused at once. */
  waitingBytesMax: 64 << 20,
  /** About how many lifecycle events each partition keeps, for nodes that were disconnected for a while. */
  lifecycleLength: 10_000,
  /** How many logs of a partition make a span of the index of names. */
  spanLogs: 128,
};

export type RedisStoreOptions = Config['redis'] & {
  /** How many logs there may be, over all nodes. Counted once per second: creations within that second may exceed it. */
  readonly logsMax: number;
  readonly warn: Warn;
  readonly alarm: Alarm;
} & Readonly<Partial<typeof TUNING>>;

export type RedisStoreSettings = RedisStoreOptions & Readonly<typeof TUNING>;

export function settingsOf(options: RedisStoreOptions): RedisStoreSettings {
  return { ...TUNING, ...options };
}
