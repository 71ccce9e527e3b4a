import fc from 'fast-check';
import type { LogState, Writer } from '../../src/core/log/log';
import { writerOf } from '../../src/core/log/log';
import { parseLogId } from '../../src/core/log/log-id';
import type { ListQuery } from '../../src/core/store/list-query';
import type { LogStore } from '../../src/core/store/store';
import { INIT } from './logs';

/** One operation on the log of a name. An operation that does not fit the log's state is skipped. */
export interface Step {
  readonly kind: 'create' | 'replace' | 'remove' | 'interrupt' | 'resume' | 'seal';
  readonly name: string;
}

/** Names of which some begin others, and some differ in their last bytes only. */
const NAMES = ['a', 'ab', 'ab/c', 'abc', 'b', 'b%', 'bé', 'bê', 'b€', 'b€€', 'b💡', '~'];
const PREFIXES = ['', 'a', 'ab', 'abc', 'abcd', 'b', 'bé', 'b€', 'b💡', 'c', 'é', '~', '\0', 'a\0'];
const STATES = [undefined, 'open', 'interrupted', 'closed', 'live'] as const;

export const anyStep: fc.Arbitrary<Step> = fc.record({
  kind: fc.constantFrom('create', 'create', 'create', 'replace', 'remove', 'interrupt', 'resume', 'seal'),
  name: fc.constantFrom(...NAMES),
});

export const anyFilter: fc.Arbitrary<Pick<ListQuery, 'prefix' | 'state'>> = fc
  .tuple(fc.constantFrom(...PREFIXES), fc.constantFrom(...STATES))
  .map(([prefix, state]) => ({ prefix, ...(state !== undefined && { state }) }));

interface Kept {
  readonly id: string;
  readonly state: LogState;
  readonly writer: Writer;
}

/** A store's logs, as a list of them that is searched from one end to the other. */
export class ListedModel {
  /** By name. */
  readonly #logs = new Map<string, Kept>();

  /** @param unique what all ids begin with, so that others may use the store as well */
  constructor(
    private readonly store: LogStore,
    private readonly unique: string,
  ) {}

  /** The generations that match. */
  matching({ prefix = '', state }: Pick<ListQuery, 'prefix' | 'state'>): string[] {
    return [...this.#logs.values()]
      .filter((log) => log.id.startsWith(`${this.unique}${prefix}`))
      .filter(
        (log) => state === undefined || log.state === state || (state === 'live' && log.state !== 'closed'),
      )
      .map(({ writer }) => writer.log.generation);
  }

  query(filter: Pick<ListQuery, 'prefix' | 'state'>): Pick<ListQuery, 'prefix' | 'state'> {
    return { ...filter, prefix: `${this.unique}${filter.prefix ?? ''}` };
  }

  async take({ kind, name }: Step): Promise<void> {
    const log = this.#logs.get(name);
    const id = parseLogId(`${this.unique}${name}`);
    if (kind === 'replace' || (kind === 'create' && log === undefined)) {
      const { info } = await this.store.create(id, INIT, 'replace');
      this.#logs.set(name, { id, state: 'open', writer: writerOf(info) });
    } else if (log !== undefined) await this.#change(log, kind, name);
  }

  async #change(log: Kept, kind: Step['kind'], name: string): Promise<void> {
    const { writer, state } = log;
    const { epoch } = writer;
    if (kind === 'remove') {
      await this.store.change(writer.log, { kind, outcome: { kind: 'deleted' } });
      this.#logs.delete(name);
    } else if (kind === 'interrupt' && state === 'open') {
      await this.store.change(writer.log, { kind: 'release', epoch, state: 'interrupted' });
      this.#logs.set(name, { ...log, state: 'interrupted' });
    } else if (kind === 'resume' && state === 'interrupted') {
      const info = await this.store.change(writer.log, { kind: 'attach', graceMs: INIT.graceMs });
      this.#logs.set(name, { ...log, state: 'open', writer: writerOf(info) });
    } else if (kind === 'seal' && state !== 'closed') {
      await this.store.change(writer.log, { kind, epoch, outcome: { kind: 'complete' } });
      this.#logs.set(name, { ...log, state: 'closed' });
    }
  }
}
