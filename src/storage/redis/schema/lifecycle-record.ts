import type { LogRef } from '../../../core/log/log';
import { parseLogId } from '../../../core/log/log-id';
import { advance, START } from '../../../core/log/offset';
import type { LifecycleEvent } from '../../../core/store/news';
import { toMap, toNumber, unexpected } from '../../../redis/resp/reply';
import { parseLosses } from './losses';
import { parseStoredOutcome } from './outcome';

/** An entry of a lifecycle stream, which the scripts write. */
export interface LifecycleRecord {
  readonly log: LogRef;
  /** Absent if only the name of the log's stream changed. */
  readonly event?: LifecycleEvent;
  /** The epoch in the name of the log's stream after the event. */
  readonly keyEpoch: number;
}

/** @throws LogError `STORE_DAMAGED` for a record that this version does not know */
export function decodeLifecycleRecord(raw: readonly Buffer[]): LifecycleRecord {
  const fields = toMap(raw);
  const field = (name: string): string => fields.get(name) ?? unexpected(`no ${name}`);
  const log = { id: parseLogId(field('id')), generation: field('generation') };
  const keyEpoch = toNumber(field('keyEpoch'));
  switch (field('kind')) {
    case 'renamed':
      return { log, keyEpoch };
    case 'created':
      return { log, keyEpoch, event: { log, kind: 'created' } };
    case 'attached':
      return { log, keyEpoch, event: { log, kind: 'attached', epoch: toNumber(field('epoch')) } };
    case 'released': {
      const state = field('state') === 'open' ? 'open' : 'interrupted';
      return { log, keyEpoch, event: { log, kind: 'released', epoch: toNumber(field('epoch')), state } };
    }
    case 'lost': {
      const [loss] = parseLosses(`[${field('loss')}]`);
      return { log, keyEpoch, event: { log, kind: 'lost', loss: loss ?? unexpected(fields) } };
    }
    case 'ended': {
      const at = advance(START, toNumber(field('at')));
      return {
        log,
        keyEpoch,
        event: { log, kind: 'ended', at, outcome: parseStoredOutcome(field('outcome')) },
      };
    }
    default:
      return unexpected(field('kind'));
  }
}
