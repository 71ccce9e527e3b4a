const OSC_8 = /^8;[^;]*;(.*)$/su;
const MAX_URL = 2_083;

/**
 * What an OSC says about links: the address from here on, or `undefined` if there is none.
 * Anything but http and https is no link, and neither is an address with a user name, which looks like another host.
 * @returns null if this OSC is not about links
 */
export function linkOf(osc: string): string | undefined | null {
  const address = OSC_8.exec(osc)?.[1];
  if (address === undefined) return null;
  if (address.length > MAX_URL || !/^https?:\/\//iu.test(address) || !URL.canParse(address)) return undefined;
  const { href, protocol, username, password } = new URL(address);
  const isWeb = protocol === 'http:' || protocol === 'https:';
  return isWeb && username === '' && password === '' ? href : undefined;
}
