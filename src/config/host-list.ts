import { isIPv6 } from 'node:net';
import { type Check, InvalidValue } from './option';

const NAME = /^(\*|(\*\.)?[a-z\d_-]+(\.[a-z\d_-]+)*\.?|\[[\da-f:.]+\])(:\d{1,5})?$/;

/** Accepts a list of host names: each a name, `*.example.com` for its subdomains or `*` for all, with or without a port. */
export const hostList: Check<readonly string[]> = {
  parse(raw) {
    if (!Array.isArray(raw)) throw new InvalidValue(problem('a list of host names'));
    return raw.map((one: unknown, index) => parseHost(one, `[${index}]`));
  },
  fromText: (text) => text.split(',').flatMap((one) => (one.trim() === '' ? [] : [one.trim()])),
};

function parseHost(raw: unknown, path: string): string {
  const text = typeof raw === 'string' ? raw.toLowerCase() : '';
  if (isIPv6(text)) return `[${text}]`;
  if (!NAME.test(text)) throw new InvalidValue(problem('a host name'), path);
  return text.replace(/\.(?=:\d+$|$)/, '');
}

function problem(what: string): string {
  return `must be ${what} without a scheme, such as logs.example.com, logs.example.com:8080 or "*.example.com"`;
}
