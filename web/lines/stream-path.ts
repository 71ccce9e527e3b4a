/** The path of a stream for `SendRequest`, with parameters of which those that are undefined are left out. */
export function pathOf(
  id: string,
  below: '' | '/info' | '/index' | '/matches',
  parameters: Readonly<Record<string, string | number | true | undefined>> = {},
): string {
  const query = Object.entries(parameters)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => (value === true ? name : `${name}=${encodeURIComponent(String(value))}`));
  return `stream/${encodeURIComponent(id)}${below}${query.length > 0 ? `?${query.join('&')}` : ''}`;
}
