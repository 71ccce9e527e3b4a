import type { Writer } from '../../../core/log/log';
import { headOf } from '../../../redis/resp/wire-command';
import { bytesKey } from './keys';

/** A stream that is added to. */
export interface Target {
  readonly key: string;
  /** What does not change from one entry to the next. */
  readonly head: string;
}

export function targetAt(key: string): Target {
  return { key, head: headOf(6, 'XADD', key, 'NOMKSTREAM') };
}

/** The stream that a writer writes to. */
export function targetOf({ log, epoch }: Writer): Target {
  return targetAt(bytesKey(log.id, log.generation, epoch));
}
