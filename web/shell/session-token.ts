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
   * @returns `undefined` if the person gave up
   */
  renewed(refused: string | undefined): Promise<string | undefined> {
    if (this.value !== refused) return Promise.resolve(this.value);
    this.#asking ??= this.#askAnew(refused !== undefined);
    return this.#asking;
  }

  async #askAnew(isRefused: boolean): Promise<string | undefined> {
    try {
      const token = await this.ask(isRefused);
      if (token !== undefined) this.set(token);
      return token;
    } finally {
      this.#asking = undefined;
    }
  }
}

/** A shared link may end in `#token=…`, beside other parts, as in `#L120&token=…`. @returns the token, and the fragment without it */
export function tokenOfFragment(hash: string): { token: string | undefined; rest: string } {
  const parts = hash.replace(/^#/, '').split('&');
  const found = parts.find((part) => part.startsWith('token='));
  const rest = parts.filter((part) => part !== '' && !part.startsWith('token=')).join('&');
  return { token: found && decoded(found.slice('token='.length)), rest: rest === '' ? '' : `#${rest}` };
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
