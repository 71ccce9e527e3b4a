import type { ServerResponse } from 'node:http';
import type { Principal } from './principal';

/** The requests in progress of one credential. */
interface CredentialRequests {
  readonly responses: Set<ServerResponse>;
  /** Until when they may go on, in Unix milliseconds. */
  until: number | undefined;
}

/** The requests in progress, by their credentials, so that they end with it. Requests without one are not kept. */
export class LiveRequests {
  readonly #byCredential = new Map<string, CredentialRequests>();

  add({ credential, until }: Principal, res: ServerResponse): void {
    if (credential === undefined || res.closed) return;
    const requests = this.#byCredential.get(credential) ?? { responses: new Set(), until };
    requests.until = until;
    this.#byCredential.set(credential, requests);
    requests.responses.add(res);
    res.once('close', () => {
      requests.responses.delete(res);
      if (requests.responses.size === 0 && this.#byCredential.get(credential) === requests)
        this.#byCredential.delete(credential);
    });
  }

  count({ credential = '' }: Principal): number {
    return this.#byCredential.get(credential)?.responses.size ?? 0;
  }

  /** Changes until when the requests of a credential may go on. */
  renew({ credential = '', until }: Principal): void {
    const requests = this.#byCredential.get(credential);
    if (requests !== undefined) requests.until = until;
  }

  /** Cuts the connections of a credential. Its clients find out why when they connect again. @returns how many */
  cut(credential: string): number {
    const requests = this.#byCredential.get(credential);
    this.#byCredential.delete(credential);
    for (const res of requests?.responses ?? []) res.destroy();
    return requests?.responses.size ?? 0;
  }

  /** Cuts the connections of all credentials that begin with `prefix`. @returns how many */
  cutAll(prefix: string): number {
    let count = 0;
    for (const credential of this.#byCredential.keys())
      if (credential.startsWith(prefix)) count += this.cut(credential);
    return count;
  }

  /** Cuts those whose time is over. Call it every second. */
  cutExpired(now = Date.now()): void {
    for (const [credential, { until }] of this.#byCredential)
      if (until !== undefined && until <= now) this.cut(credential);
  }
}
