import type { Config } from '../config/config';
import { isLoopback } from '../config/loopback';
import { type Finding, ok, warning } from '../core/store/finding';

/** Says who may do what with these settings. */
export function checkAccess({ tokens, tokensDir, host, http }: Config): Finding {
  if (tokens.length > 0) return ok('tokens', `${tokens.length} ${tokens.length === 1 ? 'token' : 'tokens'}`);
  if (tokensDir !== undefined) return ok('tokens', `those in ${tokensDir}`);
  if (!isLoopback(host))
    return warning('tokens', `none: everyone who reaches ${host} may read, write and delete all streams`);
  const names = http.hosts.length === 0 ? '' : `, and by the names in http.hosts`;
  return ok('tokens', `none: every user of this machine may do everything${names}`);
}
