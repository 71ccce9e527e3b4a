import type { LogState, SealOutcome } from '../../../core/log/log';
import type { Loss } from '../../../core/log/loss';
import { advance, type Offset, START } from '../../../core/log/offset';
import { toNumber } from '../../../redis/resp/reply';
import { endOf } from '../schema/entries';
import { toState } from '../schema/facts-reply';
import { parseLosses } from '../schema/losses';
import { parseSealOutcome } from '../schema/outcome';

/** The state of a generation as `lua/locate.lua` returns it, and the end of its bytes. */
export interface LogPosition {
  /** The epoch in the name of its stream. */
  readonly epoch: number;
  /** Names the attach of the last writer; empty if none attached. */
  readonly claim: string;
  readonly state: LogState;
  /** The end of the bytes that Redis has. */
  readonly tail: Offset;
  readonly lastId: string;
  /** The offset at which the log was sealed. */
  readonly endsAt?: Offset;
  readonly outcome?: SealOutcome;
  /** How long until it expires, unless it is touched before. */
  readonly expiresInMs?: number;
  readonly losses: readonly Loss[];
  /** Present if this reply showed that bytes are lost which this node knew of. */
  readonly foundLoss?: Loss;
}

/** Parses the reply of `lua/locate.lua`. */
export function parseLogPosition([
  epoch,
  state = '',
  lastId = '',
  outcome = '',
  expiresIn = '',
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
    ...(expiresIn !== '' && { expiresInMs: toNumber(expiresIn) }),
    losses: losses === '' ? [] : parseLosses(losses),
  };
}
