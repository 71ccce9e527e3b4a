import type { LogState, SealOutcome } from '../../../core/log/log';
import type { Loss } from '../../../core/log/loss';
import { advance, type Offset, START } from '../../../core/log/offset';
import { toNumber } from '../../../redis/resp/reply';
import { endOf } from '../schema/entries';
import { toState } from '../schema/facts-reply';
import { parseLosses } from '../schema/losses';
import { parseSealOutcome } from '../schema/outcome';

/** The present place of a generation. */
export interface LogPosition {
  /** The epoch in the name of its stream. */
  readonly epoch: number;
  /** Names the attach of the last writer; empty where none attached. */
  readonly claim: string;
  readonly state: LogState;
  /** The end of the bytes that are there. */
  readonly tail: Offset;
  readonly lastId: string;
  /** Where the log was sealed. */
  readonly endsAt?: Offset;
  readonly outcome?: SealOutcome;
  /** How long until it expires, unless it is touched before. Milliseconds. */
  readonly leftMs?: number;
  readonly losses: readonly Loss[];
  /** Present when this very question found that bytes are gone which this node knew of. */
  readonly found?: Loss;
}

/** What `lua/locate.lua` answers. */
export function parseLogPosition([
  epoch,
  state = '',
  lastId = '',
  outcome = '',
  left = '',
  losses = '',
  claim = '',
  ,
  endsAt = '',
]: readonly string[]): LogPosition {
  return {
    epoch: toNumber(epoch),
    claim,
    state: toState(state),
    lastId,
    tail: endOf(lastId),
    ...(endsAt !== '' && { endsAt: advance(START, toNumber(endsAt)) }),
    ...(outcome !== '' && { outcome: parseSealOutcome(outcome) }),
    ...(left !== '' && { leftMs: toNumber(left) }),
    losses: losses === '' ? [] : parseLosses(losses),
  };
}
