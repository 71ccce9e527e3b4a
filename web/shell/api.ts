import { ApiError, errorOf, isAbort } from './api-error';
import { urlOf } from './root';
import { SessionToken, tokenOfAddress } from './session-token';
import { askForToken } from './token-dialog';

const token = new SessionToken(storageOfTab(), askForToken);

/** What a request may have beside its path. */
export interface ApiInit {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
}

/**
 * Sends a request to the server, with the token of this tab. If the server wants one, asks for it and goes on with it.
 * @param path below the server's root, such as `stream/build-1/info`
 * @returns an answer with a status below 400
 * @throws ApiError; an `AbortError` of the signal
 */
export async function request(path: string, init: ApiInit = {}): Promise<Response> {
  for (let used = token.value; ; ) {
    const response = await send(path, init, used);
    if (response.ok || response.status < 400) return response;
    const error = await errorOf(response);
    const next = error.status === 401 ? await token.renewed(used) : undefined;
    if (next === undefined) throw error;
    used = next;
    init.signal?.throwIfAborted();
  }
}

/** The header of requests that are not sent by `request`, such as in a command to copy. */
export function hasToken(): boolean {
  return token.value !== undefined;
}

/** Asks for another token, for example after a 403. @returns whether there is one now */
export async function changeToken(): Promise<boolean> {
  return (await token.change()) !== undefined;
}

/** Takes over the token of a shared link, and removes it from the address and the history. */
export function takeTokenFromAddress(): void {
  const { token: shared, rest } = tokenOfAddress(location);
  if (shared === undefined) return;
  if (shared !== '') token.set(shared);
  history.replaceState(history.state, '', rest);
}

async function send(path: string, init: ApiInit, bearer: string | undefined): Promise<Response> {
  const headers = { ...init.headers, ...(bearer !== undefined && { Authorization: `Bearer ${bearer}` }) };
  try {
    return await fetch(urlOf(path), {
      ...init,
      headers,
      // What a browser kept of an open stream is outdated. Cookies and the address of the page are not for the server.
      cache: 'no-store',
      credentials: 'same-origin',
      referrerPolicy: 'no-referrer',
    });
  } catch (error) {
    if (isAbort(error)) throw error;
    throw new ApiError(0, 'unreachable', 'The server cannot be reached');
  }
}

export function storageOfTab(): Pick<Storage, 'getItem' | 'setItem'> {
  try {
    return sessionStorage;
  } catch {
    // A browser that blocks storage: the token is kept until the page is left.
    const map = new Map<string, string>();
    return { getItem: (key) => map.get(key) ?? null, setItem: (key, value) => void map.set(key, value) };
  }
}
