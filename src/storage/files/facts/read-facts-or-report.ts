import { catchLogError } from '../../../core/log/errors';
import type { DamageReports } from '../../../core/store/damage-reports';
import type { FactsDatabase } from './facts-database';
import type { StoredFacts } from './stored-facts';

/** The facts of a log for work on many logs: a record that cannot be read is reported and skipped. */
export function readFactsOrReport(
  facts: FactsDatabase,
  damage: DamageReports,
  generation: string,
): StoredFacts | undefined {
  const read = () => facts.get(generation);
  return catchLogError('STORE_DAMAGED', read, (error) => {
    damage.report({ id: facts.idOf(generation), generation }, error);
    return undefined;
  });
}
