import type { Writer } from '../../../core/log/log';
import { commandHead } from '../../../redis/resp/wire-command';
import { bytesKey } from './keys';

/** A stream that is added to. */
export interface StreamTarget {
  readonly key: string;
  /** What does not change from one entry to the next. */
  readonly head: string;
}

export function streamTarget(key: string): StreamTarget {
  return { key, head: commandHead(6, 'XADD', key, 'NOMKSTREAM') };
}

/** The stream that a writer writes to. */
export function streamOf({ log, epoch }: Writer): StreamTarget {
  return streamTarget(bytesKey(log.id, log.generation, epoch));
}
