import { RequestError } from '../errors/request-error';
import { ANONYMOUS, type Principal } from './principal';

/** Recognizes one kind of credential: a token, an identity of a provider, a link. */
export interface CredentialVerifier {
  /**
   * Verifies what a request has as its token. The sentence of an error must not quote it.
   * @returns `undefined` if it is not of this kind, so that the next verifier gets it
   * @throws RequestError, also as a rejection, if it is of this kind and not valid
   */
  verify(credential: string): Principal | Promise<Principal> | undefined;
}

/** Whose request it is, or why that cannot be said: the error is thrown only where the request needs a principal. */
export type Authentication = Principal | RequestError;

/** Finds the principal of a request from its credential. */
export class Authenticator {
  /** @param needsCredential whether a request without a credential is refused; otherwise every request is `ANONYMOUS` */
  constructor(
    private readonly verifiers: readonly CredentialVerifier[],
    private readonly needsCredential: () => boolean,
  ) {}

  /** Whether requests need a credential. It may change while the server runs. */
  get isRequired(): boolean {
    return this.needsCredential();
  }

  /** Returns a promise only if a verifier does: most requests go on in the same turn. @throws what is not the fault of the credential, also as a rejection */
  authenticate(credential: string | undefined): Authentication | Promise<Authentication> {
    if (!this.isRequired) return ANONYMOUS;
    if (credential === undefined) return credentialMissing();
    try {
      for (const verifier of this.verifiers) {
        const found = verifier.verify(credential);
        if (found !== undefined)
          return found instanceof Promise ? found.then(current, asRefusal) : current(found);
      }
    } catch (error) {
      return asRefusal(error);
    }
    return new CredentialRefused('TOKEN_INVALID', 'The token is not valid');
  }
}

/** A credential that was given is not valid. */
export class CredentialRefused extends RequestError {
  /** @param who names its holder in the log, if it is known */
  constructor(
    code: 'TOKEN_INVALID' | 'TOKEN_EXPIRED' | 'LINK_INVALID' | 'LINK_KEY_UNKNOWN' | 'LINK_EXPIRED',
    message: string,
    readonly who?: string,
  ) {
    super(code, message, { 'WWW-Authenticate': 'Bearer realm="loom", error="invalid_token"' });
  }
}

/** The clock of this server decides. */
function current(principal: Principal): Authentication {
  const { kind, until, name } = principal;
  if (until === undefined || Date.now() < until) return principal;
  const when = new Date(until).toISOString();
  return kind === 'link'
    ? new CredentialRefused('LINK_EXPIRED', `The link expired at ${when}`, name)
    : new CredentialRefused('TOKEN_EXPIRED', `The token expired at ${when}`, name);
}

function credentialMissing(): RequestError {
  return new RequestError('UNAUTHENTICATED', 'This server needs a token: Authorization: Bearer <token>', {
    'WWW-Authenticate': 'Bearer realm="loom"',
  });
}

/** Other errors are faults of the server. */
function asRefusal(error: unknown): RequestError {
  if (error instanceof RequestError) return error;
  throw error;
}
