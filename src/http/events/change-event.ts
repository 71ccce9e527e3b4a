import type { LogId } from '../../core/log/log-id';
import { encodeData, HEARTBEAT } from '../live/sse';

/** One event, encoded for all of its readers. */
export interface ChangeEvent {
  readonly id: LogId;
  readonly bytes: Buffer;
}

/**
 * created   the stream is new. If it replaced another one, there is no `removed` of that.
 * changed   its size, its state or its metadata, or it lost bytes.
 * closed    it has its outcome.
 * removed   it is gone.
 */
export type ChangeName = 'created' | 'changed' | 'closed' | 'removed';

/** @param facts the entry of the list; of a stream that is gone, its id and outcome */
export function changeEvent(name: ChangeName, id: LogId, facts: object): ChangeEvent {
  return { id, bytes: encoded(name, facts) };
}

/** What readers have not got is unknown: they must read the list again. */
export const RESET: readonly Buffer[] = [encoded('reset', {})];

/** A comment. */
export const ALIVE: readonly Buffer[] = [Buffer.from(HEARTBEAT)];

function encoded(name: string, data: object): Buffer {
  return encodeData(`event: ${name}\n`, 'data: ', Buffer.from(JSON.stringify(data)));
}
