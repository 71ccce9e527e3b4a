import type { TokenEntry } from '../../config/config';
import { ConfigError } from '../../config/startup-errors';
import type { Logger } from '../../observe/logger';
import type { LiveRequests } from '../access/live-requests';
import { watchFiles } from '../reload/watch-files';
import type { TokenDirectory } from './token-directory';
import type { TokenRegistry } from './token-registry';
import type { TokenSetting } from './token-setting';

interface TokenReloaderContext {
  readonly registry: TokenRegistry;
  readonly live: LiveRequests;
  readonly logger: Logger;
  /** Absent: the tokens of the setting stay as they were at the start. */
  readonly setting: TokenSetting | undefined;
  readonly directory: TokenDirectory | undefined;
}

/** Reads the tokens again when their files change, and cuts the connections of those that are gone. What is broken stays as it was. */
export class TokenReloader {
  #ofSetting: readonly TokenEntry[];
  #ofDirectory: readonly TokenEntry[] = [];
  /** The tokens as they were read last. */
  #last = '';

  /** @param ofSetting the tokens of the settings at the start @throws ConfigError if the directory cannot be read */
  constructor(
    private readonly context: TokenReloaderContext,
    ofSetting: readonly TokenEntry[],
  ) {
    this.#ofSetting = ofSetting;
    this.#ofDirectory = context.directory?.read((error) => this.#complain(error)) ?? [];
    this.#use([...ofSetting, ...this.#ofDirectory]);
  }

  /** @returns a function that stops it */
  watch(): () => void {
    const { setting, directory } = this.context;
    const paths = [...(setting?.paths ?? []), ...(directory === undefined ? [] : [directory.path])];
    if (paths.length === 0) return () => {};
    return watchFiles(paths, () => this.reload());
  }

  reload(): void {
    const { setting, directory } = this.context;
    // One that is broken must not keep a token of the other one valid.
    this.#ofSetting = this.#orBefore(this.#ofSetting, () => setting?.read());
    this.#ofDirectory = this.#orBefore(this.#ofDirectory, () =>
      directory?.read((error) => this.#complain(error)),
    );
    this.#use([...this.#ofSetting, ...this.#ofDirectory]);
  }

  #orBefore(
    before: readonly TokenEntry[],
    read: () => readonly TokenEntry[] | undefined,
  ): readonly TokenEntry[] {
    try {
      return read() ?? before;
    } catch (error) {
      this.#complain(error);
      return before;
    }
  }

  #use(entries: readonly TokenEntry[]): void {
    const text = JSON.stringify(entries);
    if (text === this.#last) return;
    const isFirst = this.#last === '';
    this.#last = text;
    const { registry, live, logger } = this.context;
    const withdrawn = registry.replace(entries);
    for (const principal of registry.principals()) live.renew(principal);
    let connections = 0;
    for (const credential of withdrawn) connections += live.cut(credential);
    if (isFirst) return;
    logger.info({ count: registry.size, withdrawn: withdrawn.length, connections }, 'tokens changed');
  }

  #complain(error: unknown): void {
    const why = error instanceof ConfigError ? { why: error.message } : { err: error };
    this.context.logger.error(why, 'tokens cannot be read: those of before stay valid');
  }
}
