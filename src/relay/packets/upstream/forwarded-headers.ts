/** What Node writes into a header. It reads a little more, and a packet that could not be written would never get through. */
const WRITABLE = /^[\t\x20-\x7e\x80-\xff]*$/;

/**
 * Those headers that travel with a packet, under their own names: all that begin with `X-`, and no other, so that nobody can say a
 * `Type` or a `From` by way of the proxy.
 *
 * @param raw name, value, name, value
 */
export function forwardedHeaders(raw: readonly string[]): readonly string[] {
  return raw.flatMap((name, index) => {
    const value = raw[index + 1];
    const isCarried = index % 2 === 0 && /^x-[!#$%&'*+.^_`|~0-9a-z-]*$/i.test(name);
    return isCarried && value !== undefined && WRITABLE.test(value) ? [name, value] : [];
  });
}
