import type { Mailboxes } from './store/packet-store';
import { hashToken } from './token-hash';
import { CLIENT_ID_MAX } from './upstream/deliver-packet';
import { forwardedHeaders } from './upstream/forwarded-headers';
import type { UpstreamAnswer } from './upstream/upstream';
import { type Upstreams, UpstreamUnreachable } from './upstream/upstreams';

/** Makes a client a debug server. */
const DEBUG_PERMISSION = 'Accept-Debug';

/** What a client sends to log in. */
export interface Credentials {
  readonly type: 'Auth' | 'Register';
  /** Comma-separated codes, as received. */
  readonly permissions: string;
  readonly headers: readonly string[];
  readonly body: Buffer;
}

/**
 * The result of a log in.
 *
 * answered     the upstream accepts the client, whose token is valid from now on, or refuses it
 * unreachable  no upstream answered
 * senseless    the upstream accepts the client, but gives it no name or no token
 * full         there are too many clients
 */
export type LogInResult =
  | {
      readonly kind: 'answered';
      readonly status: number;
      readonly headers: readonly string[];
      readonly body: Buffer;
    }
  | { readonly kind: 'unreachable' | 'senseless' | 'full' };

/** Asks the upstream for the name and the token of a client. */
export async function logInClient(
  upstreams: Upstreams,
  mailboxes: Mailboxes,
  credentials: Credentials,
  signal: AbortSignal,
): Promise<LogInResult> {
  const answer = await ask(upstreams, credentials, signal);
  if (answer === undefined) return { kind: 'unreachable' };
  const { status, body = Buffer.alloc(0) } = answer;
  if (status === 200) {
    const id = answer.header('client-id') ?? '';
    const tokenHash = hashToken(body);
    if (id === '' || id.length > CLIENT_ID_MAX || tokenHash === undefined) return { kind: 'senseless' };
    const client = { id, acceptsDebug: asksForDebug(credentials.permissions) };
    if ((await mailboxes.admit(client, tokenHash)) === 'full') return { kind: 'full' };
  }
  return { kind: 'answered', status, headers: forwardedHeaders(answer.headers), body };
}

async function ask(
  upstreams: Upstreams,
  { type, permissions, headers: forwarded, body }: Credentials,
  signal: AbortSignal,
): Promise<UpstreamAnswer | undefined> {
  const headers = ['Type', type, 'Permissions', permissions, ...forwarded];
  try {
    // An upstream with an error of its own has not judged the client; another one may.
    return await upstreams.post({ headers, body, signal }, ({ status }) => status < 500);
  } catch (error) {
    if (error instanceof UpstreamUnreachable) return undefined;
    throw error;
  }
}

function asksForDebug(permissions: string): boolean {
  return permissions.split(',').some((code) => code.trim() === DEBUG_PERMISSION);
}
