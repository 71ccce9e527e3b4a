import { messageOf } from '../../core/errors';
import type { Parts } from './parts';

/** Removes the states of logs that are gone. Never throws: what stays is removed after the next start, or with the next log. */
export async function removeDoomed({
  facts,
  room,
  warn,
}: Pick<Parts, 'facts' | 'room' | 'warn'>): Promise<void> {
  const { producers } = facts;
  try {
    for (let doomed = producers.firstDoomed(); doomed !== undefined; doomed = producers.firstDoomed()) {
      const generation = doomed;
      await room.write('change', () => facts.commit(() => producers.removeSome(generation)));
    }
  } catch (error) {
    warn(`Removing the states of a removed log's producers failed: ${messageOf(error)}`, { error });
  }
}
