import { fieldsOf, listOf } from './derived-checks';
import { type Check, InvalidValue } from './option';
import { RELAYS, type RelayName } from './relay-options';
import { host, integer, oneOf } from './scalars';

/** What a port of its own may serve. */
export const SERVED = [...RELAYS, 'metrics'] as const;

/** A port that serves one relay at its root, or `/metrics`. */
export interface ListenerEntry {
  readonly serve: RelayName | 'metrics';
  readonly port: number;
  /** Absent: the host of the main port. */
  readonly host?: string;
}

const PORT_MAX = 65_535;

/** Accepts a list of `{serve, port, host}`, or text such as `rendezvous=9999,httpipe=3000`. */
export const listenerList: Check<readonly ListenerEntry[]> = {
  ...listOf('must be a list such as [{serve: rendezvous, port: 9999}], or rendezvous=9999', parseListener),
  fromText(text) {
    const entries = text.split(',').map((entry) => /^\s*(\w+)=(\d{1,5})\s*$/.exec(entry));
    if (entries.includes(null)) return text;
    return entries.map((found) => ({ serve: found?.[1], port: Number(found?.[2]) }));
  },
};

function parseListener(raw: unknown, path: string): ListenerEntry {
  const fields = fieldsOf(raw, ['serve', 'port', 'host'], path);
  const parse = <T>(name: string, check: Check<T>): T => {
    try {
      return check.parse(fields.get(name));
    } catch (error) {
      throw error instanceof InvalidValue ? new InvalidValue(error.problem, `${path}.${name}`) : error;
    }
  };
  return {
    serve: parse('serve', oneOf(...SERVED)),
    port: parse('port', integer(0, PORT_MAX)),
    ...(fields.get('host') !== undefined && { host: parse('host', host) }),
  };
}
