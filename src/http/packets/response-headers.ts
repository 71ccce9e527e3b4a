import { actsOnOrigin } from '../headers/acts-on-origin';

/** A packet's headers for its client: name, value, … On the main port, those that act on the whole server are left out. */
export function packetResponseHeaders(headers: readonly string[], isMounted: boolean): readonly string[] {
  if (!isMounted) return headers;
  return headers.filter((_text, index) => !actsOnOrigin(headers[index - (index % 2)] ?? ''));
}
