import type { Config } from '../config/config';
import { hasTokens } from '../config/consistency';
import { maskStore } from '../config/mask';

/** The text that a start prints in a terminal: the URL, the store, and commands to try. */
export function banner(config: Pick<Config, 'store' | 'tokens' | 'tokensDir'>, url: string): string {
  const { store } = config;
  const auth = !hasTokens(config) ? '' : '-H "Authorization: Bearer $LOOM_TOKEN" ';
  return `
Loom listens on ${url}
Streams are stored in ${maskStore(store)}

Try it:
  while date; do sleep 1; done | curl -sS ${auth}-X POST -T - ${url}/stream/clock
  curl --no-buffer ${auth}${url}/stream/clock
  curl --no-buffer ${auth}'${url}/spy?color'

Or open ${url} in a browser.

`;
}
