import { LoomClientError } from '../../client';
import { memberOf, tryParseJson } from '../../client/wire/json';

/** What a server says about itself and about the token of the request. */
export interface ServerAbout {
  readonly version: string;
  /** The kind of its store, such as `file` or `redis`. */
  readonly store: string;
  /** Whether the server has tokens. Otherwise everyone may do everything. */
  readonly hasTokens: boolean;
  readonly scopes: readonly string[];
  /** The token reaches only streams whose id begins with this. */
  readonly prefix: string;
}

/** @throws LoomClientError `REFUSED` if the text is not that of a Loom server */
export function parseServerAbout(text: string): ServerAbout {
  const answer = tryParseJson(text);
  const [version, store] = [memberOf(answer, 'version'), memberOf(answer, 'store')];
  const token = memberOf(answer, 'token');
  const [scopes, prefix] = [memberOf(token, 'scopes'), memberOf(token, 'prefix')];
  if (typeof version !== 'string' || typeof store !== 'string' || !Array.isArray(scopes))
    throw new LoomClientError('REFUSED', 'the answer does not describe a server');
  return {
    version,
    store,
    hasTokens: memberOf(answer, 'tokens') === true,
    scopes: scopes.map(String),
    prefix: typeof prefix === 'string' ? prefix : '',
  };
}
