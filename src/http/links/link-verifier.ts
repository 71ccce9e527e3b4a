import { CredentialRefused, type CredentialVerifier } from '../access/authenticator';
import type { Principal } from '../access/principal';
import type { LinkKeys } from './link-keys';
import { grantOf, isSignedBy, looksLikeLink, splitLink } from './link-token';

/** Verifies the tokens of links. */
export class LinkVerifier implements CredentialVerifier {
  constructor(private readonly keys: LinkKeys) {}

  verify(credential: string): Principal | undefined {
    if (!looksLikeLink(credential)) return undefined;
    const parts = splitLink(credential);
    if (parts === undefined) throw invalid();
    const key = this.keys.find(parts.keyId);
    if (key === undefined)
      throw new CredentialRefused('LINK_KEY_UNKNOWN', 'The key that signed this link is not valid any more');
    if (!isSignedBy(parts, key)) throw invalid();
    const { id, generation, scopes, until, by } = grantOf(parts);
    return {
      kind: 'link',
      name: by,
      scopes: new Set(scopes),
      prefix: '',
      stream: { id, ...(generation !== undefined && { generation }) },
      until,
      credential: linkCredential(parts.keyId, parts.mac),
    };
  }
}

/** The beginning of what identifies each link that a key has signed. */
export function credentialsOfKey(keyId: string): string {
  return `link:${keyId}:`;
}

function linkCredential(keyId: string, mac: string): string {
  return credentialsOfKey(keyId) + mac;
}

function invalid(): CredentialRefused {
  return new CredentialRefused('LINK_INVALID', 'The link was changed, or copied in part');
}
