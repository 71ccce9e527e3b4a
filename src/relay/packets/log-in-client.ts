import type { Mailboxes } from './store/packet-store';
import { hashToken } from './token-hash';
import { CLIENT_ID_MAX } from './upstream/deliver-packet';
import { forwardedHeaders } from './upstream/forwarded-headers';
import type { UpstreamAnswer } from './upstream/upstream';
import { type Upstreams, UpstreamUnreachable } from './upstream/upstreams';

/** Who asks for it may be sent packets by other clients, and send them. */
const DEBUG_PERMISSION = 'Accept-Debug';

export interface Credentials {
  readonly type: 'Auth' | 'Register';
  /** Comma-separated codes, as the client wrote them. */
  readonly permissions: string;
  readonly headers: readonly string[];
  readonly body: Buffer;
}

/**
 * answered     what the upstream says, yes or no. With `yes` its token counts from now on.
 * unreachable  no upstream gave an answer
 * senseless    the upstream said yes, but not to whom, or gave no token
 * full         there are as many clients as there may be
 */
export type LogInResult =
  | {
      readonly kind: 'answered';
      readonly status: number;
      readonly headers: readonly string[];
      readonly body: Buffer;
    }
  | { readonly kind: 'unreachable' | 'senseless' | 'full' };

/** Lets the upstream decide who a client is. */
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
  { type, permissions, headers: carried, body }: Credentials,
  signal: AbortSignal,
): Promise<UpstreamAnswer | undefined> {
  const headers = ['Type', type, 'Permissions', permissions, ...carried];
  try {
    // One that is out of order says nothing about the client: perhaps another one does.
    return await upstreams.post({ headers, body, signal }, ({ status }) => status < 500);
  } catch (error) {
    if (error instanceof UpstreamUnreachable) return undefined;
    throw error;
  }
}

function asksForDebug(permissions: string): boolean {
  return permissions.split(',').some((code) => code.trim() === DEBUG_PERMISSION);
}
