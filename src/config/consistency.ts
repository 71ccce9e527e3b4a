import type { Config } from './config';
import { isLoopback } from './loopback';
import { maskStore } from './mask';
import { ConfigError } from './startup-errors';

/** Checks settings against each other. @param isShared whether several processes can use the store @throws ConfigError */
export function assertConsistent(config: Config, isShared: boolean): void {
  const { allowAnonymous, limits, redis, store, workers } = config;
  const host = hostsOf(config).find((one) => one !== 'localhost' && !isLoopback(one));
  if (!hasTokens(config) && !allowAnonymous && host !== undefined) {
    throw new ConfigError(
      `Without tokens, every client that reaches ${host} could read, write and delete all streams. ` +
        'Set tokens (LOOM_TOKENS) or tokensDir, listen on 127.0.0.1, or set allowAnonymous: true (LOOM_ALLOW_ANONYMOUS)',
    );
  }
  if (workers > 1 && !isShared) {
    throw new ConfigError(
      `workers (${workers}) must be 1 or auto with the store ${maskStore(store)}, which only one process can use: ` +
        'several workers need a store in Redis',
    );
  }
  if (limits.headerBytes <= limits.metadataBytes) {
    throw new ConfigError(
      `limits.headerBytes (${limits.headerBytes} bytes) must be more than limits.metadataBytes (${limits.metadataBytes}): ` +
        'metadata arrives in a header',
    );
  }
  if (limits.gatheredBytes < limits.appendBytes) {
    throw new ConfigError(
      `limits.gatheredBytes (${limits.gatheredBytes} bytes) must not be less than limits.appendBytes (${limits.appendBytes}): ` +
        'otherwise the largest body would always be refused',
    );
  }
  if (redis.patience < redis.commandTimeout) {
    throw new ConfigError(
      `redis.patience (${redis.patience} ms) must not be shorter than redis.commandTimeout (${redis.commandTimeout} ms)`,
    );
  }
}

/** Whether clients need a token. */
export function hasTokens({ tokens, tokensDir }: Pick<Config, 'tokens' | 'tokensDir'>): boolean {
  return tokens.length > 0 || tokensDir !== undefined;
}

function hostsOf({ host, listeners }: Config): readonly string[] {
  return [host, ...listeners.map((listener) => listener.host ?? host)];
}
