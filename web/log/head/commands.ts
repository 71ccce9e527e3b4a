import { hasToken } from '../../shell/api';
import { ROOT, streamPath, urlOf } from '../../shell/root';

/** The command that gets this stream. Tokens are never in it: the shell has them in a variable. */
export function curlCommand(id: string): string {
  const token = hasToken() ? ' -H "Authorization: Bearer $LOOM_TOKEN"' : '';
  return `curl -N${token} ${quoted(urlOf(streamPath(id)).href)}`;
}

/** It reads the token from the same variable by itself. */
export function followCommand(id: string): string {
  return `stream follow ${quoted(ROOT.href.replace(/\/$/, ''))} ${quoted(id)}`;
}

/** The address of what is shown, without a token. */
export function linkOf(): string {
  return location.href;
}

/** One word for a shell. */
function quoted(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) && !word.startsWith('-') ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}
