import { isIPv4, isIPv6, type Socket } from 'node:net';
import type { Config } from '../../config/config';
import { isLoopback } from '../../config/loopback';

/** A `Host`, or the authority of a whole URL: a name, an IPv4 address or an IPv6 address in brackets, and perhaps a port. */
const AUTHORITY = /^(\[[\da-f:.]+\]|[^\s:@/?#,\\[\]]+)(?::(\d*))?$/;

/** One entry of `http.hosts`. */
interface Listed {
  /** Absent: every name. */
  readonly name?: string;
  /** All names below `name`, and not `name` itself. */
  readonly isWildcard: boolean;
  /** Absent: every port. */
  readonly port?: string;
}

/** The hosts that a request may name. Against DNS rebinding: only the `Host` of an attacker's page has the attacker's name. */
export class AllowedHosts {
  readonly #listed: readonly Listed[];
  /** Most requests name the same host as the one before. */
  #lastKnown: string | undefined;

  constructor({ http, host, listeners }: Pick<Config, 'http' | 'host' | 'listeners'>) {
    const listenedOn = [host, ...listeners.flatMap((one) => one.host ?? [])].map((one) =>
      isIPv6(one) ? `[${one}]` : one.toLowerCase(),
    );
    this.#listed = [...http.hosts, ...listenedOn].map(parseListed);
  }

  /** @param authority the `Host` of a request that came in on `socket`, for example `localhost:3060` */
  has(authority: string, socket: Socket): boolean {
    if (authority === this.#lastKnown) return true;
    const [whole, name = '', port = ''] = AUTHORITY.exec(authority.toLowerCase()) ?? [];
    if (whole === undefined) return false;
    const bare = canonical(name.endsWith('.') ? name.slice(0, -1) : name);
    if (isLoopbackName(bare) || this.#lists(bare, port)) {
      this.#lastKnown = authority;
      return true;
    }
    return isAddress(bare) && isBeyondLoopback(socket);
  }

  #lists(name: string, port: string): boolean {
    return this.#listed.some((one) => {
      if (one.port !== undefined && one.port !== port) return false;
      if (one.name === undefined) return true;
      return one.isWildcard ? name.endsWith(`.${one.name}`) : name === one.name;
    });
  }
}

function parseListed(entry: string): Listed {
  const [, name = entry, port] = /^(.*?[^:]):(\d+)$/.exec(entry) ?? [];
  const at = port === undefined ? {} : { port };
  if (name === '*') return { isWildcard: true, ...at };
  return name.startsWith('*.')
    ? { name: name.slice(2), isWildcard: true, ...at }
    : { name: canonical(name), isWildcard: false, ...at };
}

/** An IPv6 address can be written in many ways: `[2001:db8:0:0::3]` is `[2001:db8::3]`. */
function canonical(name: string): string {
  const url = `http://${name}`;
  return name.startsWith('[') && URL.canParse(url) ? new URL(url).hostname : name;
}

function isLoopbackName(name: string): boolean {
  if (name === 'localhost' || name.endsWith('.localhost')) return true;
  return isAddress(name) && isLoopback(name.replace(/^\[|\]$/g, ''));
}

function isAddress(name: string): boolean {
  return isIPv4(name) || (name.startsWith('[') && isIPv6(name.slice(1, -1)));
}

/** Rebinding needs a name: an address is safe. Only behind a router may a client name one that this machine does not have. */
function isBeyondLoopback({ localAddress }: Socket): boolean {
  return localAddress !== undefined && !isLoopback(localAddress);
}
