import type { SteadyClock } from '../../../core/scheduling/steady-clock';
import type { Layout } from '../disk/layout';
import type { Room } from '../facts/disk-reserve';
import type { Facts } from '../facts/facts-database';

/** What the steps of a recovery share. */
export interface Recovering {
  readonly layout: Layout;
  readonly facts: Facts;
  readonly room: Room;
  readonly clock: SteadyClock;
  /** Says one line of what was done. */
  readonly say: (line: string) => void;
}
