import { actsOnOrigin } from '../headers/acts-on-origin';

/**
 * The headers of a packet in the response to its client. On the main port, those that act on the whole server are left out.
 * @param headers name, value, name, value
 */
export function packetResponseHeaders(headers: readonly string[], isMounted: boolean): readonly string[] {
  if (!isMounted) return headers;
  return headers.filter((_text, index) => !actsOnOrigin(headers[index - (index % 2)] ?? ''));
}
