import { parseAddress } from '../arguments/address';
import type { Io } from '../output/io';
import type { Profile } from './profile';

/** Where the server and the token come from if the command line does not name them. */
export interface ServerDefaults {
  readonly url: string | undefined;
  /** The token for a server. */
  readonly tokenFor: (url: string) => string | undefined;
}

/** A profile that the command line names is before the environment, and any other one after it. Its token is sent only to its own server. */
export function serverDefaults(
  profile: Profile | undefined,
  isNamed: boolean,
  env: Io['env'],
): ServerDefaults {
  const ofProfile = profile?.url;
  const url = (isNamed ? ofProfile || env['LOOM_URL'] : env['LOOM_URL'] || ofProfile) || undefined;
  const own = ofProfile === undefined ? undefined : parseAddress(ofProfile).url;
  return {
    url,
    tokenFor: (server) => {
      const token = server === own ? profile?.token : undefined;
      return isNamed ? (token ?? env['LOOM_TOKEN']) : (env['LOOM_TOKEN'] ?? token);
    },
  };
}
