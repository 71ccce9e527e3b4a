import { LoomClient } from '../client';
import type { Invocation } from './command';

/** Creates a client for the server and token of a command line. */
export function clientOf({ url, token }: Invocation): LoomClient {
  return new LoomClient({ url, ...(token !== undefined && { token }) });
}
