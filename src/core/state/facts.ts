import type { LogInfo, ProducerMark } from '../log/log';

/** What a store keeps of a log beside its bytes. Only `info` is shown on a wire. */
export interface LogFacts {
  readonly info: LogInfo;
  /** How long the log waits for a producer after one left. Absent until the first one attaches. Milliseconds. */
  readonly graceMs?: number;
  /** When the log was sealed by the store's clock, if that differs from the system's clock. */
  readonly sealedAt?: number;
  /** When the log is overdue, in Unix ms by the store's clock. Absent before the first writer, while one is attached, and once sealed. */
  readonly deadline?: number;
  /** The sequence of the last commit that had one. */
  readonly sequence?: string;
  /** What sealed the log, if a producer's commit did. */
  readonly sealedBy?: ProducerMark;
  /** How many producers' states are kept. Absent: none. */
  readonly producers?: number;
}

/** The last sequence of a producer that was stored in its current epoch. */
export interface ProducerState {
  readonly epoch: number;
  readonly sequence: number;
}

/** Whether a writer is attached: no commit is accepted then. */
export function isAttached({ info, graceMs, deadline }: LogFacts): boolean {
  return info.state !== 'closed' && graceMs !== undefined && deadline === undefined;
}
