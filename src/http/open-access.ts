import type { Config } from '../config/config';
import { hasTokens } from '../config/consistency';
import type { Logger } from '../observe/logger';
import type { Access } from './access/access';
import { AuditLog } from './access/audit-log';
import { Authenticator } from './access/authenticator';
import { LiveRequests } from './access/live-requests';
import { StreamLinks } from './links/stream-links';
import { TokenDirectory } from './tokens/token-directory';
import { TokenRegistry } from './tokens/token-registry';
import { TokenReloader } from './tokens/token-reloader';
import type { TokenSetting } from './tokens/token-setting';

const EXPIRED_EVERY_MS = 500;

/** What checks credentials, and makes links. */
export interface OpenedAccess {
  readonly access: Access;
  /** `undefined` without a file of keys. */
  readonly links: StreamLinks | undefined;
  /** Reads the tokens and the keys of links again. */
  reload(): void;
  /** Begins to watch the files of tokens and keys, and to cut the connections of those that expire. @returns a function that ends it */
  watch(): () => void;
}

/**
 * Opens the check of credentials. A new kind of credential is one more verifier here.
 * @param setting from which the setting `tokens` is read again
 * @throws ConfigError if `tokensDir` or the keys of links cannot be read
 */
export function openAccess(
  config: Pick<Config, 'tokens' | 'tokensDir' | 'links'>,
  logger: Logger,
  setting?: TokenSetting,
): OpenedAccess {
  const registry = new TokenRegistry();
  const live = new LiveRequests();
  const directory = config.tokensDir === undefined ? undefined : new TokenDirectory(config.tokensDir);
  const tokens = new TokenReloader({ registry, live, logger, setting, directory }, config.tokens);
  const { keysFile } = config.links;
  const links = keysFile === undefined ? undefined : new StreamLinks(keysFile, live, logger);
  const verifiers = [registry, ...(links === undefined ? [] : [links.verifier])];
  const authenticator = new Authenticator(verifiers, () => hasTokens(config) || registry.hasHadTokens);
  return {
    access: { authenticator, live, audit: new AuditLog(logger) },
    links,
    reload() {
      tokens.reload();
      links?.reload();
    },
    watch() {
      const stops = [tokens.watch(), links?.watch()];
      const expiring = setInterval(() => live.cutExpired(), EXPIRED_EVERY_MS).unref();
      return () => {
        for (const stop of stops) stop?.();
        clearInterval(expiring);
      };
    },
  };
}
