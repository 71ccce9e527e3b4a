import { isIPv6 } from 'node:net';
import { listOf } from './derived-checks';
import { InvalidValue } from './option';

const NAME = /^(\*|(\*\.)?[a-z\d_-]+(\.[a-z\d_-]+)*\.?|\[[\da-f:.]+\])(:\d{1,5})?$/;

/** Accepts a list of host names: each a name, `*.example.com` for its subdomains or `*` for all, with or without a port. */
export const hostList = listOf(problem('a list of host names'), parseHost);

function parseHost(raw: unknown, path: string): string {
  const text = typeof raw === 'string' ? raw.toLowerCase() : '';
  if (isIPv6(text)) return `[${text}]`;
  if (!NAME.test(text)) throw new InvalidValue(problem('a host name'), path);
  return text.replace(/\.(?=:\d+$|$)/, '');
}

function problem(what: string): string {
  return `must be ${what} without a scheme, such as logs.example.com, logs.example.com:8080 or "*.example.com"`;
}
