import { isLoopback } from '../../config/loopback';
import { canonicalAddress } from '../proxies/ip-address';

/** An address that a host permits, in its canonical form. `undefined` if it is not one. */
export function parsePeerAddress(text: string): string | undefined {
  return text.trim() === 'localhost' ? '127.0.0.1' : canonicalAddress(text);
}

/** Whether a client is the permitted one. All loopback addresses are one machine. */
export function isSameAddress(permitted: string, client: string): boolean {
  return permitted === client || (isLoopback(permitted) && isLoopback(client));
}
