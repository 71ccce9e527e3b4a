import type { Alarm } from '../../../core/store/warnings';

export interface RedisStoreOptions {
  /** How long one command may take before it counts as lost, in milliseconds. Default 5,000. */
  readonly commandTimeoutMs?: number;
  /** How long an append or a commit goes on trying while Redis is away, and an append while it is full, in milliseconds. Default 60,000. */
  readonly patienceMs?: number;
  /** How many bytes of commits may wait for Redis; what comes beyond that is refused at once. Default 64 MiB. */
  readonly waitingBytesMax?: number;
  /** After how long without a sign of life the logs of a node are taken to be interrupted, in milliseconds. Default 10,000. */
  readonly nodeLeaseMs?: number;
  /**
   * How many logs there may be. Default: no limit. Counted over all nodes, but at most once a second: nodes that create at the
   * same moment may go beyond it by what they create within that second.
   */
  readonly logsMax?: number;
  /** How many followed logs share a blocking connection. Default 32. */
  readonly followedPerConnection?: number;
  /** How much is kept of pages that several readers want at about the same time, in bytes. Default 16 MiB. */
  readonly sharedPagesBytes?: number;
  /** About how many lifecycle events are kept in each partition, for nodes that lost their connection for a while. Default 10,000. */
  readonly lifecycleLength?: number;
  /** How many logs of a partition make a span of the index of names. Default 128. */
  readonly spanLogs?: number;
  /** Start although Redis may drop logs when its memory is full. Default false. */
  readonly allowEviction?: boolean;
  /** Told of what an operator should know. Default: nobody is told. */
  readonly warn?: (message: string, details?: object) => void;
  /** The same for what needs an operator: acknowledged bytes that turn out to be lost. Default: it is not reported. */
  readonly alarm?: Alarm;
}

export type RedisStoreSettings = Required<RedisStoreOptions>;

export function settingsOf(options: RedisStoreOptions): RedisStoreSettings {
  return {
    commandTimeoutMs: 5_000,
    patienceMs: 60_000,
    waitingBytesMax: 64 * 1024 * 1024,
    nodeLeaseMs: 10_000,
    logsMax: Number.POSITIVE_INFINITY,
    followedPerConnection: 32,
    sharedPagesBytes: 16 * 1024 * 1024,
    lifecycleLength: 10_000,
    spanLogs: 128,
    allowEviction: false,
    warn: () => {},
    alarm: () => {},
    ...options,
  };
}
