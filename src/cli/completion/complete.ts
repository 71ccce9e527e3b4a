import { LoomClient } from '../../client';
import { isAddress, parseAddress } from '../arguments/address';
import { type Io, write } from '../output/io';
import { printable } from '../output/printable';
import { Profiles } from '../profile/profiles';
import { serverDefaults } from '../profile/server-of-profile';
import { type CompletionTables, candidatesFor } from './candidates';

const IDS_MAX = 100;
/** A person waits at the keyboard. */
const ANSWER_MS = 2_000;

/** Prints what may come next, for the scripts of the shells: first a line that says whether files or commands may come as well, then the words, each with a description. */
export async function complete(
  words: readonly string[],
  tables: Omit<CompletionTables, 'profiles'>,
  io: Io,
): Promise<void> {
  const profiles = await Profiles.read(io.env);
  const {
    also,
    words: found,
    ids,
    idMark = '',
  } = candidatesFor(words, { ...tables, profiles: namesOf(profiles) });
  const lines = found.map(({ word, description }) => `${word}\t${description}`);
  const streams = ids === undefined ? [] : await idsWith(ids, words, { profiles, io });
  const idLines = streams.map((id) => `${idMark}${id}\tstream`);
  await write(io.stdout, [also, ...lines, ...idLines].map((line) => `${line}\n`).join(''));
}

function namesOf(profiles: Profiles): readonly string[] {
  try {
    return profiles.names;
  } catch {
    // A wrong file is reported by the next command that runs.
    return [];
  }
}

/** @returns none if the server is unknown or does not answer in time */
async function idsWith(
  prefix: string,
  words: readonly string[],
  { profiles, io }: { readonly profiles: Profiles; readonly io: Io },
): Promise<readonly string[]> {
  try {
    const named = givenValue(words, '--profile');
    const server = serverDefaults(
      profiles.choose(named ?? io.env['LOOM_PROFILE']),
      named !== undefined,
      io.env,
    );
    const typed = words.slice(0, -1).find(isAddress) ?? server.url;
    if (typed === undefined) return [];
    const address = parseAddress(typed);
    const token = givenValue(words, '--token') ?? address.token ?? server.tokenFor(address.url);
    const client = new LoomClient({ url: address.url, ...(token !== undefined && { token }) });
    const found: string[] = [];
    for await (const { id } of client.list({
      prefix,
      pageSize: IDS_MAX,
      signal: AbortSignal.timeout(ANSWER_MS),
    })) {
      // A shell would take control characters for more candidates.
      if (printable(id) === id) found.push(id);
      if (found.length === IDS_MAX) break;
    }
    return found;
  } catch {
    // At a prompt, an error would be in the middle of the command line.
    return [];
  }
}

function givenValue(words: readonly string[], option: string): string | undefined {
  const at = words.slice(0, -1).indexOf(option);
  const joined = words.find((word) => word.startsWith(`${option}=`));
  return joined === undefined ? (at === -1 ? undefined : words[at + 1]) : joined.slice(option.length + 1);
}
