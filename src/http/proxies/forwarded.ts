/** What one proxy has written of the request that it got. */
export interface ForwardedElement {
  /** The address of its client, as it is written. */
  readonly for?: string;
  readonly proto?: string;
}

const PAIR = /\s*([\w!#$%&'*+.^`|~-]+)=(?:([\w!#$%&'*+.^`|~:[\]-]+)|"((?:[^"\\]|\\.)*)")\s*([;,]|$)/y;

/** Parses `Forwarded` (RFC 7239), the nearest proxy last. @returns nothing if it is malformed anywhere: then no part of it is certain */
export function parseForwarded(header: string): readonly ForwardedElement[] {
  const elements: ForwardedElement[] = [];
  let element: Record<string, string> = {};
  for (PAIR.lastIndex = 0; PAIR.lastIndex < header.length; ) {
    const [, name = '', plain, quoted = '', end] = PAIR.exec(header) ?? [];
    if (name === '') return [];
    element[name.toLowerCase()] = plain ?? quoted.replaceAll(/\\(.)/g, '$1');
    if (end === ';') continue;
    elements.push(element);
    element = {};
  }
  return elements;
}
