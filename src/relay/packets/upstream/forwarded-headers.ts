/** The values that Node writes in a header. It reads slightly more; a packet with such a value could never be sent. */
const WRITABLE = /^[\t\x20-\x7e\x80-\xff]*$/;

/** The headers that travel with a packet, as name, value, …: all `X-`. So a client cannot send a `Type` or a `From`. */
export function forwardedHeaders(raw: readonly string[]): readonly string[] {
  return raw.flatMap((name, index) => {
    const value = raw[index + 1];
    const isForwarded = index % 2 === 0 && /^x-[!#$%&'*+.^_`|~0-9a-z-]*$/i.test(name);
    return isForwarded && value !== undefined && WRITABLE.test(value) ? [name, value] : [];
  });
}
