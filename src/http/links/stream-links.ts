import { ConfigError } from '../../config/startup-errors';
import type { Logger } from '../../observe/logger';
import type { CredentialVerifier } from '../access/authenticator';
import type { LiveRequests } from '../access/live-requests';
import { watchFiles } from '../reload/watch-files';
import { LinkKeys } from './link-keys';
import { type LinkGrant, signLink } from './link-token';
import { credentialsOfKey, LinkVerifier } from './link-verifier';

/** Makes links and verifies them, with keys from a file that may change. */
export class StreamLinks {
  readonly #keys: LinkKeys;
  readonly verifier: CredentialVerifier;
  #fingerprint: string;

  /** @throws ConfigError if the file of keys cannot be read */
  constructor(
    path: string,
    private readonly live: LiveRequests,
    private readonly logger: Logger,
  ) {
    this.#keys = new LinkKeys(path);
    this.#fingerprint = this.#keys.fingerprint;
    this.verifier = new LinkVerifier(this.#keys);
  }

  /** @returns the token of a new link */
  sign(grant: LinkGrant): string {
    const { current } = this.#keys;
    if (current === undefined) throw new Error('There is no key of links');
    return signLink(grant, current);
  }

  /** @returns a function that ends it */
  watch(): () => void {
    return watchFiles([this.#keys.path], () => this.reload());
  }

  /** Reads the keys again, and cuts the connections of the links of those that are gone. */
  reload(): void {
    try {
      const gone = this.#keys.reload();
      if (this.#keys.fingerprint === this.#fingerprint) return;
      this.#fingerprint = this.#keys.fingerprint;
      let connections = 0;
      for (const id of gone) connections += this.live.cutAll(credentialsOfKey(id));
      this.logger.info({ withdrawn: gone, connections }, 'keys of links changed');
    } catch (error) {
      const why = error instanceof ConfigError ? { why: error.message } : { err: error };
      this.logger.error(why, 'keys of links cannot be read: those of before stay valid');
    }
  }
}
