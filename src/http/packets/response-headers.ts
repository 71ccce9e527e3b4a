import { actsOnOrigin } from '../headers/acts-on-origin';

/**
 * The headers of a packet as its client gets them. On the main port those stay behind that would act on the whole server.
 * @param headers name, value, name, value
 */
export function packetResponseHeaders(headers: readonly string[], isMounted: boolean): readonly string[] {
  if (!isMounted) return headers;
  return headers.filter((_text, index) => !actsOnOrigin(headers[index - (index % 2)] ?? ''));
}
