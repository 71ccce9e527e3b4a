import { type Check, InvalidValue } from './option';

type Bytes = number;

const UNITS: Readonly<Record<string, Bytes>> = {
  B: 1,
  KiB: 1024,
  MiB: 1024 ** 2,
  GiB: 1024 ** 3,
  TiB: 1024 ** 4,
};

/** The largest size that a JavaScript number represents exactly. */
const SIZE_MAX = '8191TiB';

/** Accepts a size with its unit, or a number of bytes, from `min` to `max`. */
export function size(min: string, max: string = SIZE_MAX): Check<Bytes> {
  return {
    parse(raw) {
      const bytes = typeof raw === 'number' && Number.isInteger(raw) ? raw : bytesOf(raw);
      if (bytes !== undefined && bytes >= (bytesOf(min) ?? 0) && bytes <= (bytesOf(max) ?? 0)) return bytes;
      throw new InvalidValue(`must be a size from ${min} to ${max} (B, KiB, MiB, GiB or TiB), such as 16KiB`);
    },
    fromText: (text) => (/^\d{1,16}$/.test(text) ? Number(text) : text),
  };
}

function bytesOf(raw: unknown): Bytes | undefined {
  const [, count, unit] = (typeof raw === 'string' && /^(\d{1,16})(B|KiB|MiB|GiB|TiB)$/.exec(raw)) || [];
  const factor = unit === undefined ? undefined : UNITS[unit];
  return factor === undefined ? undefined : Number(count) * factor;
}
