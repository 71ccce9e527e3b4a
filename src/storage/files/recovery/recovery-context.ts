import type { SteadyClock } from '../../../core/scheduling/steady-clock';
import type { Layout } from '../disk/layout';
import type { FactsDatabase } from '../facts/facts-database';
import type { FactsReserve } from '../facts/facts-reserve';

export interface RecoveryContext {
  readonly layout: Layout;
  readonly facts: FactsDatabase;
  readonly reserve: FactsReserve;
  readonly clock: SteadyClock;
  /** Prints one line about what was done. */
  readonly print: (line: string) => void;
}
