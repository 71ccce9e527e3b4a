import { isClientError } from '../../client';
import { printable } from './printable';

const OTHER_PATH = 'is the URL that of a Loom server, and do proxies in front of it pass paths as they are?';

/** What to do about an error of the server, by its code, in the words of the command line. */
const HINTS: Readonly<Record<string, string>> = {
  token_missing: 'give one with --token or LOOM_TOKEN',
  token_invalid: 'check --token or LOOM_TOKEN',
  forbidden: 'use another token, with --token or LOOM_TOKEN',
  route_not_found: OTHER_PATH,
  method_not_allowed: OTHER_PATH,
};

/** The same by its status, for answers without a code: an older server, or another program. */
const STATUS_HINTS: Readonly<Record<number, string>> = {
  401: HINTS['token_invalid'] ?? '',
  404: 'is the URL that of a Loom server?',
  405: 'is the URL that of a Loom server?',
};

/**
 * The reason of a failure, in one line. Answers of the server are in the words of HTTP, to which the command line has others.
 * @param idName what the command line calls the ID
 */
export function errorText(error: unknown, idName = 'ID'): string {
  const message = error instanceof Error ? error.message : String(error);
  const hint = hintFor(error, idName);
  const words = message
    .replace(/\.? Specify force=true query param to override\.?$/, '')
    .replace(/: Authorization: Bearer <token>$/, '')
    .replace(/^force=true needs/, '--force needs')
    .replace(/^X-Stream-Metadata /, '--metadata ');
  return printable(hint === undefined ? words : `${words.replace(/\.$/, '')}: ${hint}`);
}

function hintFor(error: unknown, idName: string): string | undefined {
  if (!isClientError(error)) return undefined;
  const { answerCode = '', status, message } = error;
  if (answerCode === 'stream_exists' || (answerCode === 'conflict' && / already exists\b/.test(message)))
    return `choose another ${idName}, or replace it with --force`;
  if (Object.hasOwn(HINTS, answerCode)) return HINTS[answerCode];
  const isForeign = status === 401 || message.startsWith('the server answered with status');
  return isForeign && status !== undefined ? STATUS_HINTS[status] : undefined;
}
