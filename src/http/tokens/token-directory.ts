import { readdirSync } from 'node:fs';
import { join, parse } from 'node:path';
import type { TokenEntry } from '../../config/config';
import { InvalidValue } from '../../config/option';
import { readText, unreadableFile } from '../../config/read-text';
import { ConfigError } from '../../config/startup-errors';
import { type LimitedToken, parseTokenEntry } from '../../config/tokens';
import { readYaml } from '../../config/yaml-files';

/** More are hardly meant, and each is looked at twice per second. */
const FILES_MAX = 1_000;

/** A file that holds one token, and perhaps limits of it. */
const TOKEN_FILE = /^\w[\w.@+-]*\.(?:token|ya?ml)$/;

/** A directory with one token per file. A file that cannot be read as one keeps the token that it had. */
export class TokenDirectory {
  #known: ReadonlyMap<string, LimitedToken> = new Map();

  constructor(readonly path: string) {}

  /** @param report is called for each file that is not as it should be @throws ConfigError if the directory itself cannot be read */
  read(report: (error: ConfigError) => void): readonly LimitedToken[] {
    const found = new Map<string, LimitedToken>();
    for (const name of this.#names()) {
      try {
        found.set(name, readTokenFile(join(this.path, name), parse(name).name));
      } catch (error) {
        if (!(error instanceof ConfigError)) throw error;
        report(error);
        const before = this.#known.get(name);
        if (before !== undefined) found.set(name, before);
      }
    }
    this.#known = found;
    return [...found.values()];
  }

  /** @throws ConfigError */
  #names(): readonly string[] {
    const names = namesIn(this.path).filter((name) => TOKEN_FILE.test(name));
    if (names.length <= FILES_MAX) return names.sort();
    throw new ConfigError(`${this.path}: holds ${names.length} tokens, and may hold ${FILES_MAX}`);
  }
}

function namesIn(path: string): string[] {
  try {
    return readdirSync(path);
  } catch (error) {
    throw unreadableFile(path, error);
  }
}

/** @throws ConfigError that never quotes the file */
function readTokenFile(path: string, name: string): LimitedToken {
  const entry = path.endsWith('.token') ? readText(path, path).trim() : readYaml(path);
  try {
    return { name, ...asMap(parseTokenEntry(entry, '')) };
  } catch (error) {
    if (!(error instanceof InvalidValue)) throw error;
    throw new ConfigError(`${path}: the token${error.path} ${error.problem}`);
  }
}

function asMap(entry: TokenEntry): LimitedToken {
  return typeof entry === 'string' ? { token: entry } : entry;
}
