import type { Config } from '../../config/config';
import { Authenticator } from './authenticator';
import { StaticTokens } from './static-tokens';

/** Opens the check of credentials that all ports of a server share. A new kind of credential is one more verifier here. */
export function openAccess(config: Pick<Config, 'tokens'>): Authenticator {
  const tokens = new StaticTokens(config.tokens);
  return new Authenticator([tokens], () => !tokens.isEmpty);
}
