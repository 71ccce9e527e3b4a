import { LoomClient } from '../../client';
import type { Invocation } from './command';

export function clientOf({ url, token }: Invocation): LoomClient {
  return new LoomClient({ url, ...(token !== undefined && { token }) });
}
