const KEY = 'loom-token';

/** What keeps the token: `sessionStorage`, or a map where a browser forbids it. */
interface TokenStorage {
  getItem(key: string): string | null;
  setItem(key: string, value: string): void;
}

/** Asks a person. `isRefused`: the server refused the last one. Resolves with `undefined` if the person gives up. */
type AskForToken = (isRefused: boolean) => Promise<string | undefined>;

/** The token of this tab. It is in the storage of the tab and in the header of requests, and nowhere else. */
export class SessionToken {
  #asking: Promise<string | undefined> | undefined;
  /** A person has given up: requests that are refused do not ask again by themselves. */
  #isGivenUp = false;

  constructor(
    private readonly storage: TokenStorage,
    private readonly ask: AskForToken,
  ) {}

  get value(): string | undefined {
    return this.storage.getItem(KEY) ?? undefined;
  }

  set(token: string): void {
    this.storage.setItem(KEY, token);
  }

  /**
   * Another token than the one that was refused. Requests that are refused meanwhile wait for the same answer, so that a person is asked once.
   * @returns `undefined` if the person gave up, now or before
   */
  renewed(refused: string | undefined): Promise<string | undefined> {
    if (this.value !== refused) return Promise.resolve(this.value);
    if (this.#isGivenUp && this.#asking === undefined) return Promise.resolve(undefined);
    return this.change();
  }

  /** Asks in any case: the person wants to enter one. @returns `undefined` if they gave up */
  change(): Promise<string | undefined> {
    this.#asking ??= this.#askAnew(this.value !== undefined);
    return this.#asking;
  }

  async #askAnew(isRefused: boolean): Promise<string | undefined> {
    try {
      const token = await this.ask(isRefused);
      this.#isGivenUp = token === undefined;
      if (token !== undefined) this.set(token);
      return token;
    } finally {
      this.#asking = undefined;
    }
  }
}

/**
 * A shared link may have a token: in its fragment, as in `#L120&token=…`, or as the `?access_token=` of the API.
 * @returns the token, and the address without it, from its path on
 */
export function tokenOfAddress({ pathname, search, hash }: Pick<URL, 'pathname' | 'search' | 'hash'>): {
  token: string | undefined;
  rest: string;
} {
  const query = partsOf(search, 'access_token=');
  const fragment = partsOf(hash, 'token=');
  return {
    token: fragment.value ?? query.value,
    rest: pathname + prefixed('?', query.others) + prefixed('#', fragment.others),
  };
}

/** The first of the parts that begins with `key`, decoded, and the parts without it. */
function partsOf(text: string, key: string): { value: string | undefined; others: string } {
  const parts = text.slice(1).split('&');
  const found = parts.find((part) => part.startsWith(key));
  const others = parts.filter((part) => part !== '' && !part.startsWith(key)).join('&');
  return { value: found && decoded(found.slice(key.length)), others };
}

function prefixed(mark: string, text: string): string {
  return text === '' ? '' : mark + text;
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
