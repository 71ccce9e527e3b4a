import { type Check, InvalidValue } from './option';
import { isRelayName, RELAYS, type RelayName } from './relay-options';

/** A port that serves one relay, at its root. */
export interface ListenerEntry {
  readonly serve: RelayName;
  readonly port: number;
  /** Absent: the host of the main port. */
  readonly host?: string;
}

const KEYS = ['serve', 'port', 'host'];
const PORT_MAX = 65_535;

/** Accepts a list of `{serve, port, host}`, or text such as `rendezvous=9999,httpipe=3000`. */
export const listenerList: Check<readonly ListenerEntry[]> = {
  parse(raw) {
    if (!Array.isArray(raw))
      throw new InvalidValue('must be a list such as [{serve: rendezvous, port: 9999}], or rendezvous=9999');
    return raw.map((entry: unknown, index) => parseListener(entry, `[${index}]`));
  },
  fromText(text) {
    const entries = text.split(',').map((entry) => /^\s*(\w+)=(\d{1,5})\s*$/.exec(entry));
    if (entries.includes(null)) return text;
    return entries.map((found) => ({ serve: found?.[1], port: Number(found?.[2]) }));
  },
};

function parseListener(raw: unknown, path: string): ListenerEntry {
  if (typeof raw !== 'object' || raw === null || Array.isArray(raw))
    throw new InvalidValue(`must be a map of ${KEYS.join(', ')}`, path);
  const fields = new Map<string, unknown>(Object.entries(raw));
  for (const key of fields.keys()) {
    if (!KEYS.includes(key))
      throw new InvalidValue(
        `has the unknown key ${JSON.stringify(key)}; allowed are ${KEYS.join(', ')}`,
        path,
      );
  }
  const host = fields.get('host');
  return {
    serve: parseName(fields.get('serve'), `${path}.serve`),
    port: parsePort(fields.get('port'), `${path}.port`),
    ...(host !== undefined && { host: parseHost(host, `${path}.host`) }),
  };
}

function parseName(raw: unknown, path: string): RelayName {
  if (isRelayName(raw)) return raw;
  throw new InvalidValue(`must be one of ${RELAYS.join(', ')}`, path);
}

function parsePort(raw: unknown, path: string): number {
  if (typeof raw === 'number' && Number.isInteger(raw) && raw >= 0 && raw <= PORT_MAX) return raw;
  throw new InvalidValue(`must be an integer from 0 to ${PORT_MAX}`, path);
}

function parseHost(raw: unknown, path: string): string {
  if (typeof raw === 'string' && /^[\w.:%-]+$/.test(raw)) return raw;
  throw new InvalidValue('must be a host name or an IP address', path);
}
