/** The Redis that a store URL names. */
export type RedisTarget = RedisCredentials &
  (
    | { readonly kind: 'single'; readonly address: Address; readonly db: number }
    | {
        readonly kind: 'sentinel';
        readonly sentinels: readonly Address[];
        readonly master: string;
        readonly db: number;
      }
    | { readonly kind: 'cluster'; readonly nodes: readonly Address[] }
  );

/** The address of a Redis process. */
export interface Address {
  readonly host: string;
  readonly port: number;
}

interface RedisCredentials {
  readonly tls: boolean;
  readonly username?: string;
  readonly password?: string;
}

const FORMS =
  'redis://[user[:password]@]host[:port][/db], rediss://…, redis+sentinel://[user:password@]host:port,host:port/<master>[/db] ' +
  'or redis+cluster://[user:password@]host:port,host:port';

const URL_PARTS = /^redis(s?)(?:\+(sentinel|cluster))?:\/\/(?:([^@]*)@)?([^/@]+)((?:\/[^/]*)*)$/;

/** @throws Error that lists the valid forms. It does not quote the URL, which may hold a password. */
export function parseRedisUrl(url: string): RedisTarget {
  const [whole, secure, kind, credentials, hosts = '', path = ''] = URL_PARTS.exec(url) ?? [];
  if (whole === undefined) throw new Error(`The Redis URL is not of the form ${FORMS}`);
  const [first = '', second = '', ...rest] = path.split('/').slice(1).map(decode);
  const common = { tls: secure === 's', ...parseCredentials(credentials) };
  const defaultPort = kind === 'sentinel' ? 26_379 : 6_379;
  const addresses = hosts.split(',').map((host) => parseAddress(host, defaultPort));
  const [address] = addresses;
  if (rest.length > 0 || address === undefined) throw new Error(`The Redis URL is not of the form ${FORMS}`);
  if (kind === 'sentinel') {
    if (first === '') throw new Error('The Redis URL names Sentinels but no master: …/<master name>');
    return { kind, sentinels: addresses, master: first, db: parseDb(second), ...common };
  }
  if (kind === 'cluster') {
    if (first !== '')
      throw new Error('A Redis Cluster has no database numbers: leave out what follows the hosts');
    return { kind, nodes: addresses, ...common };
  }
  if (addresses.length > 1)
    throw new Error('A Redis URL with several hosts begins with redis+sentinel:// or redis+cluster://');
  if (second !== '') throw new Error(`The Redis URL is not of the form ${FORMS}`);
  return { kind: 'single', address, db: parseDb(first), ...common };
}

/** The target without credentials, for messages. */
export function describeTarget(target: RedisTarget): string {
  const list = (addresses: readonly Address[]): string =>
    addresses.map(({ host, port }) => `${host}:${port}`).join(',');
  switch (target.kind) {
    case 'single':
      return `Redis at ${list([target.address])}`;
    case 'sentinel':
      return `Redis "${target.master}" by the Sentinels at ${list(target.sentinels)}`;
    case 'cluster':
      return `Redis Cluster at ${list(target.nodes)}`;
  }
}

function parseCredentials(text: string | undefined): Pick<RedisCredentials, 'username' | 'password'> {
  if (text === undefined) return {};
  const colon = text.indexOf(':');
  const username = decode(colon < 0 ? text : text.slice(0, colon));
  const password = colon < 0 ? '' : decode(text.slice(colon + 1));
  return { ...(username !== '' && { username }), ...(password !== '' && { password }) };
}

function parseAddress(text: string, defaultPort: number): Address {
  const [whole, v6, name, digits] = /^(?:\[([0-9A-Fa-f:.]+)\]|([^[\]:]+))(?::(\d{1,5}))?$/.exec(text) ?? [];
  const host = v6 ?? name;
  const port = digits === undefined ? defaultPort : Number(digits);
  if (whole === undefined || host === undefined || port > 65_535)
    throw new Error(`The Redis URL is not of the form ${FORMS}`);
  return { host, port };
}

function parseDb(text: string): number {
  if (!/^\d{0,5}$/.test(text)) throw new Error('The database in the Redis URL is not a number');
  return Number(text);
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw new Error('The Redis URL has a malformed percent escape');
  }
}
