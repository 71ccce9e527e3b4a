import { readFileSync, statSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { nearest } from '../../words/nearest';
import { UsageError } from '../arguments/usage-error';
import { hasCode, type Io } from '../output/io';
import { type Profile, parseProfile } from './profile';

type ParseYaml = (text: string) => unknown;

/** A few nested aliases can expand to gigabytes. */
const ALIASES_MAX = 20;
const KEYS = ['default', 'profiles'];

/** The file of profiles. It is parsed when one is asked for: a wrong file does not keep the help from being shown. */
export class Profiles {
  private constructor(
    private readonly path: string,
    private readonly file?: { readonly text: string; readonly parse: ParseYaml; readonly isPrivate: boolean },
  ) {}

  /** Reads `$XDG_CONFIG_HOME/loom/cli.yaml`, if it is there. @throws UsageError */
  static async read(env: Io['env']): Promise<Profiles> {
    // The specification ignores a relative path.
    const configured = env['XDG_CONFIG_HOME'];
    const home = env['HOME'] || homedir();
    const directory = configured?.startsWith('/') ? configured : join(home, '.config');
    const path = join(directory, 'loom', 'cli.yaml');
    try {
      const text = readFileSync(path, 'utf8');
      const isPrivate = process.platform === 'win32' || (statSync(path).mode & 0o077) === 0;
      // Loaded only where there is such a file: it takes longer than the rest of the start.
      const { load } = await import('js-yaml');
      return new Profiles(path, {
        text,
        parse: (yaml) => load(yaml, { maxAliases: ALIASES_MAX }),
        isPrivate,
      });
    } catch (error) {
      if (hasCode(error, 'ENOENT') || hasCode(error, 'ENOTDIR')) return new Profiles(path);
      throw new UsageError(`cannot read ${path}: ${messageOf(error)}`);
    }
  }

  /** The named profile, or the default one. @returns `undefined` if there is neither a name nor a default @throws UsageError */
  choose(name: string | undefined): Profile | undefined {
    const { profiles, fallback } = this.#parse();
    const wanted = name || fallback;
    if (wanted === undefined) return undefined;
    if (Object.hasOwn(profiles, wanted)) return parseProfile(wanted, profiles[wanted], this.path);
    const names = Object.keys(profiles);
    const meant = nearest(wanted, names);
    const hint =
      meant === undefined
        ? `there ${names.length === 0 ? 'are none' : `are ${names.join(', ')}`}`
        : `did you mean ${meant}?`;
    throw new UsageError(`there is no profile "${wanted}" in ${this.path}: ${hint}`);
  }

  /** @throws UsageError */
  get names(): readonly string[] {
    return Object.keys(this.#parse().profiles);
  }

  /** What is wrong with the file although it can be used. */
  warningFor({ token }: Profile): string | undefined {
    if (token === undefined || this.file?.isPrivate !== false) return undefined;
    return `others can read ${this.path}, which has a token: chmod 600 ${this.path}`;
  }

  #parse(): { readonly profiles: Readonly<Record<string, unknown>>; readonly fallback: string | undefined } {
    const content = this.file === undefined ? {} : (this.#yaml(this.file) ?? {});
    if (!isMap(content)) throw new UsageError(`${this.path} must have the keys ${KEYS.join(' and ')}`);
    const unknown = Object.keys(content).find((key) => !KEYS.includes(key));
    if (unknown !== undefined)
      throw new UsageError(`${this.path} has the key "${unknown}", but only ${KEYS.join(' and ')} are known`);
    const { profiles = {}, default: fallback } = content;
    if (!isMap(profiles)) throw new UsageError(`profiles in ${this.path} must be names with their settings`);
    if (fallback !== undefined && typeof fallback !== 'string')
      throw new UsageError(`default in ${this.path} must be the name of a profile`);
    return { profiles, fallback };
  }

  #yaml({ text, parse }: { readonly text: string; readonly parse: ParseYaml }): unknown {
    if (!/^(?!\s*(#|$))/m.test(text)) return undefined;
    try {
      return parse(text);
    } catch (error) {
      // The first line says what and where. The others quote the file, which may have a token.
      throw new UsageError(`${this.path} is not YAML: ${messageOf(error).split('\n', 1)[0]}`);
    }
  }
}

function isMap(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
