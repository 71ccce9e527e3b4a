import { createHash } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import type { TokenEntry, TokenScope } from '../../config/config';
import { type LimitedToken, SCOPES, type TokenRates } from '../../config/tokens';
import type { CredentialVerifier } from '../access/authenticator';
import type { Principal } from '../access/principal';
import { RateLimits } from '../access/rate-limits';

/** The tokens that are valid now. */
export class TokenRegistry implements CredentialVerifier {
  /** By the SHA-256 of the token. The time of a look-up depends on the digest, which says nothing about the token. */
  #principals: ReadonlyMap<string, Principal> = new Map();
  #hasHadTokens = false;

  /** Once there were tokens, it stays `true`: a server whose last token is withdrawn must not open to every client. */
  get hasHadTokens(): boolean {
    return this.#hasHadTokens;
  }

  get size(): number {
    return this.#principals.size;
  }

  principals(): Iterable<Principal> {
    return this.#principals.values();
  }

  verify(credential: string): Principal | undefined {
    return this.#principals.get(sha256(credential));
  }

  /** Of several entries for one token the first counts. @returns the credentials that are withdrawn, or have other rights than before */
  replace(entries: readonly TokenEntry[]): readonly string[] {
    const before = this.#principals;
    const next = new Map<string, Principal>();
    for (const [index, entry] of entries.entries()) {
      const token = typeof entry === 'string' ? { token: entry } : entry;
      const digest = token.sha256 ?? sha256(token.token ?? '');
      if (!next.has(digest))
        next.set(digest, {
          ...principalOf(token, digest, `#${index + 1}`),
          ...ratesOf(token, before.get(digest)?.rates),
        });
    }
    this.#principals = next;
    this.#hasHadTokens ||= next.size > 0;
    return [...before]
      .filter(([digest, principal]) => !hasSameRights(principal, next.get(digest)))
      .map(([digest]) => credentialOf(digest));
  }
}

function principalOf(
  { name, scopes, prefix = '', expires }: LimitedToken,
  digest: string,
  place: string,
): Principal {
  return {
    kind: 'token',
    name: name ?? place,
    scopes: new Set(scopes ?? scopesWithin(prefix)),
    prefix,
    credential: credentialOf(digest),
    ...(expires !== undefined && { until: expires }),
  };
}

/** What was used up stays so when the tokens are read again. */
function ratesOf(
  { bytesPerSecond, streams, connections }: TokenRates,
  before: RateLimits | undefined,
): Pick<Principal, 'rates'> {
  if (bytesPerSecond === undefined && streams === undefined && connections === undefined) return {};
  const rates = {
    ...(bytesPerSecond !== undefined && { bytesPerSecond }),
    ...(streams !== undefined && { streams }),
    ...(connections !== undefined && { connections }),
  };
  const isSame = before !== undefined && isDeepStrictEqual(before.rates, rates);
  return { rates: isSame ? before : new RateLimits(rates) };
}

/** Neither relays nor metrics have ids with a prefix. So a token that is limited to a prefix has their scopes only if it names them. */
function scopesWithin(prefix: string): readonly TokenScope[] {
  return prefix === '' ? SCOPES : SCOPES.filter((scope) => scope !== 'relay' && scope !== 'metrics');
}

function hasSameRights(one: Principal, other: Principal | undefined): boolean {
  if (other === undefined || one.prefix !== other.prefix || one.scopes.size !== other.scopes.size)
    return false;
  return [...one.scopes].every((scope) => other.scopes.has(scope));
}

function credentialOf(digest: string): string {
  return `token:${digest}`;
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
