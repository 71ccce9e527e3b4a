import { createHash, timingSafeEqual } from 'node:crypto';
import type { TokenEntry, TokenScope } from '../../config/config';
import { SCOPES } from '../../config/tokens';
import type { CredentialVerifier } from './authenticator';
import type { Principal } from './principal';

interface StaticToken {
  readonly digest: Buffer;
  readonly principal: Principal;
}

/** The tokens of the settings. */
export class StaticTokens implements CredentialVerifier {
  readonly #tokens: readonly StaticToken[];

  constructor(entries: readonly TokenEntry[]) {
    this.#tokens = entries.map(toStaticToken);
  }

  get isEmpty(): boolean {
    return this.#tokens.length === 0;
  }

  verify(credential: string): Principal | undefined {
    const digest = sha256(credential);
    // All tokens are compared, so that the time does not depend on which one fits.
    return this.#tokens.filter((token) => timingSafeEqual(token.digest, digest))[0]?.principal;
  }
}

function toStaticToken(entry: TokenEntry, index: number): StaticToken {
  const {
    token = '',
    sha256: hex,
    scopes,
    prefix = '',
  } = typeof entry === 'string' ? { token: entry } : entry;
  const digest = hex === undefined ? sha256(token) : Buffer.from(hex, 'hex');
  return {
    digest,
    principal: {
      kind: 'token',
      name: `#${index + 1}`,
      scopes: new Set(scopes ?? scopesWithin(prefix)),
      prefix,
      credential: `token:${digest.toString('hex')}`,
    },
  };
}

/** Neither relays nor metrics have ids with a prefix. So a token that is limited to a prefix has their scopes only if it names them. */
function scopesWithin(prefix: string): readonly TokenScope[] {
  return prefix === '' ? SCOPES : SCOPES.filter((scope) => scope !== 'relay' && scope !== 'metrics');
}

function sha256(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
