import { isAddress, mayBeAddress } from './arguments/address';
import type { Command, Invocation } from './arguments/command';
import { usageOf } from './arguments/command';
import { findCopyTarget } from './arguments/find-copy-target';
import { assertCount, findTarget } from './arguments/find-target';
import { Flags } from './arguments/flags';
import { meantVerb } from './arguments/near-verb';
import { type ParsedWords, parseWords } from './arguments/parse-words';
import { UsageError } from './arguments/usage-error';
import { COMMANDS, COMMON_OPTIONS, OVERVIEW_OPTIONS, VERBS } from './commands';
import type { Io } from './output/io';
import { type Profile, withDefaultsOf } from './profile/profile';
import type { Profiles } from './profile/profiles';
import { serverDefaults } from './profile/server-of-profile';

/** Parses the words after the verb. @returns `help` for `--help`, `version` for `--version` @throws UsageError */
export function parseInvocation(
  command: Command,
  words: readonly string[],
  env: Io['env'],
  profiles: Profiles,
): Invocation | 'help' | 'version' {
  const [own, toRun] = command.takesCommand ? splitAtDashes(words) : [words, []];
  const isOverview = command.verb === undefined;
  const known = { ...command.options, ...COMMON_OPTIONS, ...(isOverview && OVERVIEW_OPTIONS) };
  const { values, positionals } = parseWords(known, own);
  if (values['help'] === true) return 'help';
  if (values['version'] === true) return 'version';
  if (isOverview) refuseVerb(positionals);
  if (command.takesCommand && toRun.length === 0) refuseMissingDashes(command, positionals);
  const find = command.copies ? findCopyTarget : findTarget;
  if (command.isLocal) return localInvocation(command, positionals, values);
  const named = new Flags(values).text('profile');
  const profile = profiles.choose(named ?? env['LOOM_PROFILE']);
  const server = serverDefaults(profile, named !== undefined, env);
  const target = find(command, positionals, server.url);
  const options = profile === undefined ? values : withProfile(command, profile, values);
  const flags = new Flags({ ...options, ...idOption(command, target.id, values) });
  const token = flags.text('token') ?? target.token ?? server.tokenFor(target.url);
  const warning = profile === undefined ? undefined : profiles.warningFor(profile);
  return {
    url: target.url,
    operands: target.operands,
    command: toRun,
    flags,
    ...(token !== undefined && { token }),
    ...(warning !== undefined && { warning }),
  };
}

/** @throws UsageError */
function localInvocation(
  command: Command,
  operands: readonly string[],
  values: ParsedWords['values'],
): Invocation {
  assertCount(command, operands);
  return { url: '', operands, command: [], flags: new Flags(values) };
}

function withProfile(
  { options }: Command,
  profile: Profile,
  values: ParsedWords['values'],
): ParsedWords['values'] {
  const known = COMMANDS.flatMap((command) => Object.keys(command.options));
  return withDefaultsOf(profile, values, { options, known });
}

/** Input that is sent to a stream `logs` was hardly meant for it. @throws UsageError */
function refuseVerb([word, ...more]: readonly string[]): void {
  if (word === undefined || mayBeAddress(word)) return;
  const meant = VERBS.includes(word) ? word : meantVerb(word, VERBS);
  const address = more.find(isAddress);
  if (meant === undefined && address !== undefined)
    throw new UsageError(`the URL comes first: stream ${address} ${word}`);
  if (meant === undefined && more.length > 0)
    throw new UsageError(`"${word}" is neither a verb nor a URL such as http://localhost:3060`);
  if (meant === undefined) return;
  const what = meant === word ? 'is a verb, which comes first' : 'is not a verb';
  const question = meant === word ? `: stream ${word} …` : `: did you mean "stream ${meant}"?`;
  throw new UsageError(`"${word}" ${what}${question} To send to a stream of that name: stream send ${word}`);
}

/** @throws UsageError */
function refuseMissingDashes(command: Command, positionals: readonly string[]): never {
  const isCommand = positionals.some((word) => !mayBeAddress(word));
  throw new UsageError(
    `${isCommand ? '"--" is missing before the command' : 'a command is missing'}: ${usageOf(command)}`,
  );
}

function splitAtDashes(words: readonly string[]): [readonly string[], readonly string[]] {
  const at = words.indexOf('--');
  return at === -1 ? [words, []] : [words.slice(0, at), words.slice(at + 1)];
}

/** Where a command has no operand for an ID, that of the URL is the value of `--id`, or of `--prefix`. @throws UsageError */
function idOption(
  { options }: Command,
  id: string | undefined,
  values: Readonly<Record<string, unknown>>,
): Readonly<Record<string, string>> {
  if (id === undefined) return {};
  const name = Object.hasOwn(options, 'id') ? 'id' : 'prefix';
  const given = values[name];
  if (given === undefined || given === id) return { [name]: id };
  throw new UsageError(`the URL is that of the stream ${id}, and --${name} says "${given}": use one of them`);
}
