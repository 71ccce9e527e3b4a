import { randomUUID } from 'node:crypto';
import { mergePatch } from '../../../core/json/json';
import { catchLogErrorAsync, LogError } from '../../../core/log/errors';
import type { LogInit, LogRef } from '../../../core/log/log';
import type { LogId } from '../../../core/log/log-id';
import { START } from '../../../core/log/offset';
import type { Change } from '../../../core/store/change';
import type { ScriptArg } from '../../../redis/scripts';
import { cutPieces } from '../schema/entries';
import { type FactsReply, parseFactsReply, parsePurgeReply } from '../schema/facts-reply';
import { formatForkPoint } from '../schema/fork-point';
import type { LogScriptName } from '../schema/log-scripts';
import { formatLosses } from '../schema/losses';
import { formatOutcome } from '../schema/outcome';
import type { RedisStoreContext } from '../schema/store-context';

type Args = readonly ScriptArg[];
/** Which logs `info` returns. */
export type ExpiryFilter = 'unexpired' | 'expired as well';
type Annotation = Extract<Change, { kind: 'annotate' }>;

/** The atomic operations on facts. Each script may be repeated, so one whose reply was lost is simply run again. */
export class Changes {
  constructor(private readonly context: Pick<RedisStoreContext, 'scripts' | 'retry'>) {}

  /** @throws LogError `LOG_EXISTS`, `LOG_RETIRED`, `LOGS_TOO_MANY` when `isFull` and the id is new, `LOG_GONE` when it was created and has ended since */
  async create(log: LogRef, init: LogInit, mode: 'new' | 'replace', isFull: boolean): Promise<FactsReply> {
    const { graceMs = '', fork, first } = init;
    const full = isFull ? '1' : '0';
    const staged = fork === undefined || fork.at === START ? '' : fork.at;
    const seal = first?.seal ? formatOutcome(first.seal) : '';
    const pieces = cutPieces(first?.chunks ?? []);
    const rest = [staged, ...expiryArgs(init), seal, pieces.length, ...pieces, ...optionalFacts(init)];
    return this.#run('create', log, (again) => [mode, full, graceMs, again, ...rest]);
  }

  /** @throws LogError `LOG_RETIRED` */
  async info(id: LogId, filter: ExpiryFilter = 'unexpired'): Promise<FactsReply | undefined> {
    const { scripts, retry } = this.context;
    const flag = filter === 'unexpired' ? '0' : '1';
    return retry(async () => {
      const reply = await scripts.runOnLog('info', { id }, [flag]);
      return reply === null ? undefined : parseFactsReply(id, reply);
    });
  }

  /** Removes a log whose facts cannot be parsed. @returns `undefined` where there is none */
  async purge(id: LogId): Promise<Pick<FactsReply, 'eventId' | 'orphan'> | undefined> {
    if (await this.#isReadable(id)) return undefined;
    const { scripts, retry } = this.context;
    return retry(async () => {
      const reply = await scripts.runOnLog('purge', { id }, [formatOutcome({ kind: 'deleted' })]);
      return reply === null ? undefined : parsePurgeReply(id, reply);
    });
  }

  /** @throws LogError as `LogStore.change` */
  async change(log: LogRef, change: Change): Promise<FactsReply> {
    switch (change.kind) {
      case 'attach': {
        const claim = randomUUID();
        return this.#run('attach', log, (again) => [claim, change.graceMs, again]);
      }
      case 'release':
        return this.#run('release', log, () => [change.epoch, change.state]);
      case 'annotate':
        return this.#annotate(log, change);
      case 'seal':
        return this.#run('seal', log, () => [change.epoch, formatOutcome(change.outcome)]);
      case 'abandon': {
        const outcome = formatOutcome({ kind: 'aborted', reason: change.reason });
        return this.#run('abandon', log, () => [change.now, outcome, Date.now()]);
      }
      case 'touch':
        return this.#run('touch', log, () => []);
      case 'remove': {
        const { sealedBefore = '', expiredAt = '' } = change;
        const outcome = formatOutcome(change.outcome);
        return this.#run('remove', log, () => [outcome, sealedBefore, Date.now(), expiredAt]);
      }
    }
  }

  #isReadable(id: LogId): Promise<boolean> {
    const read = () => this.info(id).then(() => true);
    return catchLogErrorAsync('STORE_DAMAGED', read, () => false);
  }

  /** Merges JSON here, as Lua cannot distinguish an empty list from an empty object. The script checks that the metadata is unchanged. */
  async #annotate(log: LogRef, { epoch, patch, finalLength }: Annotation): Promise<FactsReply> {
    for (;;) {
      const present = await this.info(log.id);
      if (present?.info.generation !== log.generation) throw new LogError('LOG_GONE');
      const { info, rawMetadata } = present;
      const merged = patch === undefined ? '' : JSON.stringify(mergePatch(info.metadata, patch));
      const args = [epoch, rawMetadata, merged, finalLength ?? ''];
      const facts = await this.context.retry(() => this.#attempt('annotate', log, args));
      if (facts !== 'CHANGED') return facts;
    }
  }

  async #run(name: LogScriptName, log: LogRef, argsOf: (again: '0' | '1') => Args): Promise<FactsReply> {
    let again: '0' | '1' = '0';
    const facts = await this.context.retry(() => {
      const args = argsOf(again);
      again = '1';
      return this.#attempt(name, log, args);
    });
    if (facts === 'CHANGED') throw new Error(`the script ${name} never returns CHANGED`);
    return facts;
  }

  async #attempt(name: LogScriptName, log: LogRef, args: Args): Promise<FactsReply | 'CHANGED'> {
    const reply = await this.context.scripts.runOnLog(name, log, args);
    return reply === 'CHANGED' ? reply : parseFactsReply(log.id, reply);
  }
}

/** The ttl and the time of the expiry, as `lua/create.lua` takes them. */
function expiryArgs({ expiry }: LogInit): readonly [ttlMs: number | '', at: number | ''] {
  return expiry === undefined ? ['', ''] : expiry.kind === 'idle' ? [expiry.ttlMs, ''] : ['', expiry.at];
}

function optionalFacts(init: LogInit): readonly string[] {
  const { contentType, metadata, producerKey, traceparent, finalLength, framing, fork, losses } = init;
  const facts = ['contentType', contentType];
  if (metadata !== undefined) facts.push('metadata', JSON.stringify(metadata));
  if (producerKey !== undefined) facts.push('producerKey', producerKey);
  if (traceparent !== undefined) facts.push('traceparent', traceparent);
  if (finalLength !== undefined) facts.push('finalLength', String(finalLength));
  if (framing !== undefined) facts.push('framing', framing);
  if (fork !== undefined) facts.push('forkedFrom', formatForkPoint(fork));
  if (losses !== undefined) facts.push('losses', formatLosses(losses));
  return facts;
}
