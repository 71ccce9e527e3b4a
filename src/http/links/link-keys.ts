import { createHash } from 'node:crypto';
import { readText } from '../../config/read-text';
import { ConfigError } from '../../config/startup-errors';

/** A key that signs links. */
export interface LinkKey {
  /** Is part of each link, so that the key of a link is found. */
  readonly id: string;
  readonly secret: string;
}

const KEYS_MAX = 100;
const KEY_LINE = /^([\w-]{1,32})[ \t]+([\x21-\x7e]{32,1024})$/;

/** The keys of links, from a file with one `<key id> <secret>` per line. The first one signs, and all of them verify. */
export class LinkKeys {
  #keys: readonly LinkKey[] = [];

  /** @throws ConfigError */
  constructor(readonly path: string) {
    this.#keys = readKeys(path);
  }

  /** Signs new links. */
  get current(): LinkKey | undefined {
    return this.#keys[0];
  }

  find(id: string): LinkKey | undefined {
    return this.#keys.find((key) => key.id === id);
  }

  /** Reads the file again. @returns the ids of the keys that are gone, or have another secret @throws ConfigError: the keys stay as they were */
  reload(): readonly string[] {
    const before = this.#keys;
    this.#keys = readKeys(this.path);
    return before.filter((key) => this.find(key.id)?.secret !== key.secret).map(({ id }) => id);
  }

  /** Names all keys, without revealing them. */
  get fingerprint(): string {
    return createHash('sha256').update(JSON.stringify(this.#keys)).digest('hex');
  }
}

/** @throws ConfigError that never quotes the file */
function readKeys(path: string): readonly LinkKey[] {
  const lines = readText(path, path)
    .split('\n')
    .map((line) => line.trim());
  const keys = lines.flatMap((line, index) =>
    line === '' || line.startsWith('#') ? [] : [keyOf(line, path, index)],
  );
  if (keys.length === 0 || keys.length > KEYS_MAX)
    throw new ConfigError(
      `${path}: must have 1 to ${KEYS_MAX} keys of links, one per line, and has ${keys.length}`,
    );
  if (new Set(keys.map(({ id }) => id)).size < keys.length)
    throw new ConfigError(`${path}: two keys of links have the same key id`);
  return keys;
}

function keyOf(line: string, path: string, index: number): LinkKey {
  const [, id, secret] = KEY_LINE.exec(line) ?? [];
  if (id !== undefined && secret !== undefined) return { id, secret };
  throw new ConfigError(
    `${path}: line ${index + 1} must be <key id> <secret>, with a secret of at least 32 characters, such as of openssl rand -base64 32`,
  );
}
