import { createHmac, timingSafeEqual } from 'node:crypto';
import type { TokenScope } from '../../config/config';
import type { LinkKey } from './link-keys';

/** What a link allows. */
export interface LinkGrant {
  /** The one stream. */
  readonly id: string;
  /** Absent: any generation of the stream. */
  readonly generation?: string;
  readonly scopes: readonly TokenScope[];
  /** Unix milliseconds. */
  readonly until: number;
  /** Names the holder of the token that has made it. */
  readonly by: string;
}

/** The parts of the token of a link: `loomlink1.<key id>.<grant>.<mac>`. What is signed is the text before the last dot. */
export interface LinkParts {
  readonly keyId: string;
  readonly signed: string;
  readonly grant: string;
  readonly mac: string;
}

/** Begins the token of each link. A link of another form would have another number. */
const VERSION = 'loomlink1';
const FORM = new RegExp(`^(${VERSION}\\.([\\w-]{1,32})\\.([\\w-]{1,4096}))\\.([\\w-]{43})$`);

export function signLink({ id, generation, scopes, until, by }: LinkGrant, key: LinkKey): string {
  // A list in a fixed order has one form only.
  const grant = Buffer.from(JSON.stringify([id, generation ?? null, scopes, until, by])).toString(
    'base64url',
  );
  const signed = `${VERSION}.${key.id}.${grant}`;
  return `${signed}.${macOf(signed, key)}`;
}

/** Whether a credential is meant to be a link of any version. */
export function looksLikeLink(credential: string): boolean {
  return credential.startsWith('loomlink');
}

/** @returns `undefined` if it does not have the form of a link */
export function splitLink(credential: string): LinkParts | undefined {
  const [, signed, keyId, grant, mac] = FORM.exec(credential) ?? [];
  if (signed === undefined || keyId === undefined || grant === undefined || mac === undefined)
    return undefined;
  return { keyId, signed, grant, mac };
}

/** The text of the MAC is compared, and not its bytes: base64 writes the same bytes in several ways. */
export function isSignedBy({ signed, mac }: LinkParts, key: LinkKey): boolean {
  return timingSafeEqual(Buffer.from(macOf(signed, key)), Buffer.from(mac));
}

/** Reads the grant of a link that is signed: so it is as `signLink` has written it. */
export function grantOf({ grant }: LinkParts): LinkGrant {
  type Written = [string, string | null, readonly TokenScope[], number, string];
  const [id, generation, scopes, until, by]: Written = JSON.parse(Buffer.from(grant, 'base64url').toString());
  return { id, scopes, until, by, ...(generation !== null && { generation }) };
}

function macOf(signed: string, { secret }: LinkKey): string {
  return createHmac('sha256', secret).update(signed).digest('base64url');
}
