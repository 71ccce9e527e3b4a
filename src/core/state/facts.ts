import type { LogInfo, ProducerMark } from '../log/log';

/** What a store keeps of a log beside its bytes, and what no wire shows. */
export interface LogFacts {
  readonly info: LogInfo;
  /** How long the log waits for a producer after one left. Absent until the first attaches. Milliseconds. */
  readonly graceMs?: number;
  /** By the clock of the store: when the log was sealed, where the system's clock had another time for it. */
  readonly sealedAt?: number;
  /** Unix milliseconds by the clock of the store, after which the log is overdue; absent while a writer is attached, before one was, and once it is sealed. */
  readonly deadline?: number;
  /** That of the last commit that had one. */
  readonly sequence?: string;
  /** What sealed the log, if a producer's commit did. */
  readonly sealedBy?: ProducerMark;
  /** How many producers' states are kept. Absent: none. */
  readonly producers?: number;
}

/** Where a producer of commits stands: the last sequence that was stored in its present epoch. */
export interface ProducerState {
  readonly epoch: number;
  readonly sequence: number;
}

/** Whether a writer may append, so that nobody else may commit. */
export function isAttached({ info, graceMs, deadline }: LogFacts): boolean {
  return info.state !== 'closed' && graceMs !== undefined && deadline === undefined;
}
