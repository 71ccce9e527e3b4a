import { LoomClientError } from './errors';

/** Explains a rejected `fetch`. The errors of a browser have no code and no cause. */
export function explainFailure(error: unknown, url: URL): LoomClientError {
  return new LoomClientError('UNREACHABLE', `no answer from ${url.origin} (${error})`, { cause: error });
}
