import type { PartStart, ReadPart } from '../../client';
import { checkedChoice } from './checked-choice';
import type { CommandOption } from './command';
import type { Flags } from './flags';
import { checkedMoment } from './moment';
import { UsageError } from './usage-error';

/** The options that choose a part of a stream. */
export const PART_OPTIONS: Readonly<Record<string, CommandOption>> = {
  offset: { value: 'N', description: 'begin at byte N (default: 0)' },
  tail: { short: 'n', value: 'N', description: 'begin at the last N lines' },
  line: { value: 'N', description: 'begin at line N; the first is 1' },
  since: { value: 'TIME', description: 'begin at the first line of TIME or later, such as 10m (ago)' },
  until: { value: 'TIME', description: 'end before the first line after TIME' },
  lines: { value: 'N', description: 'end after N lines' },
};

/** The options that choose how a stream is written. */
export const FORM_OPTIONS: Readonly<Record<string, CommandOption>> = {
  timestamps: { description: 'write the time of each line before it' },
  output: {
    short: 'o',
    value: 'FORMAT',
    choices: ['text', 'json'],
    description: 'text (default), or json: one object per line',
  },
};

/** How the output is written. */
export type OutputForm = 'text' | 'timestamps' | 'json';

/** @throws UsageError */
export function partOf(flags: Flags): ReadPart {
  const from = startOf(flags);
  const until = flags.text('until');
  const lines = flags.count('lines');
  return {
    ...(from !== undefined && { from }),
    ...(until !== undefined && { until: checkedMoment('--until', until) }),
    ...(lines !== undefined && { lines }),
  };
}

/** @throws UsageError */
export function formOf(flags: Flags): OutputForm {
  const output = checkedChoice('--output', ['text', 'json'], flags.text('output') ?? 'text');
  if (output === 'json') return 'json';
  return flags.choice('timestamps') ? 'timestamps' : 'text';
}

function startOf(flags: Flags): PartStart | undefined {
  const [offset, tail, line] = [flags.count('offset'), flags.count('tail'), flags.count('line')];
  const since = flags.text('since');
  const starts: readonly [string, PartStart][] = [
    ...(offset === undefined ? [] : [['--offset', { offset }] as const]),
    ...(tail === undefined ? [] : [['--tail', { tail }] as const]),
    ...(line === undefined ? [] : [['--line', { line }] as const]),
    ...(since === undefined ? [] : [['--since', { since: checkedMoment('--since', since) }] as const]),
  ].map(([name, start]) => [name, start]);
  const [first, second] = starts;
  if (first !== undefined && second !== undefined)
    throw new UsageError(`${first[0]} and ${second[0]} both say where to begin: use one of them`);
  if (line === 0) throw new UsageError('--line must be at least 1');
  return first?.[1];
}
