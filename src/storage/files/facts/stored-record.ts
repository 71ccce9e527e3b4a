import type { LogInfo } from '../../../core/log/log';
import type { StoredFacts } from './stored-facts';

/** Whether a value has all that the code relies on. Checked when it is read, which is seldom: the logs in use are cached. */
export function isStoredFacts(value: unknown, generation: string): value is StoredFacts {
  if (!isObject(value) || !isInfo(value['info'], generation)) return false;
  const { deadline, graceMs, producers } = value;
  return [deadline, graceMs, producers].every((number) => number === undefined || Number.isFinite(number));
}

/** The same for a value of any log, or of none. */
export function parseStoredFacts(value: unknown): StoredFacts | undefined {
  const info = isObject(value) ? value['info'] : undefined;
  const generation = isObject(info) ? info['generation'] : undefined;
  return typeof generation === 'string' && isStoredFacts(value, generation) ? value : undefined;
}

function isInfo(value: unknown, generation: string): value is LogInfo {
  if (!isObject(value) || value['generation'] !== generation) return false;
  const { id, state, outcome, tail, epoch, contentType, createdAt, updatedAt, expiresAt } = value;
  return (
    [id, contentType].every((text) => typeof text === 'string') &&
    [tail, epoch, createdAt, updatedAt].every(
      (number) => Number.isSafeInteger(number) && Number(number) >= 0,
    ) &&
    (expiresAt === undefined || Number.isFinite(expiresAt)) &&
    (state === 'closed' ? isObject(outcome) : state === 'open' || state === 'interrupted')
  );
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}
