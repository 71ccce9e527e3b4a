import type { SteadyClock } from '../../core/clock';
import type { Facts } from './facts';
import type { Layout } from './layout';
import type { Room } from './room';

/** What the steps of a recovery share. */
export interface Recovering {
  readonly layout: Layout;
  readonly facts: Facts;
  readonly room: Room;
  readonly clock: SteadyClock;
  /** Says one line of what was done. */
  readonly say: (line: string) => void;
}
