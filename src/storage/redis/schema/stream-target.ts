import type { Writer } from '../../../core/log/log';
import { commandHead } from '../../../redis/resp/wire-command';
import { bytesKey } from './keys';

/** A stream to which entries are added. */
export interface StreamTarget {
  readonly key: string;
  /** The beginning of the XADD command, which is the same for all entries. */
  readonly head: string;
}

export function streamTarget(key: string): StreamTarget {
  return { key, head: commandHead(6, 'XADD', key, 'NOMKSTREAM') };
}

/** The stream of a writer. */
export function streamOf({ log, epoch }: Writer): StreamTarget {
  return streamTarget(bytesKey(log.id, log.generation, epoch));
}
