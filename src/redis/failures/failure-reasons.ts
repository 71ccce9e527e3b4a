import { messageOf } from '../../core/log/errors';
import { isReplyError } from './failure-kind';

/** By the code of a socket's error. */
const OF_SOCKETS: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'connection refused',
  ECONNRESET: 'connection lost',
  ECONNABORTED: 'connection lost',
  EPIPE: 'connection lost',
  ETIMEDOUT: 'no answer',
  ENOTFOUND: 'unknown host',
  EAI_AGAIN: 'unknown host',
  EHOSTUNREACH: 'host unreachable',
  EHOSTDOWN: 'host unreachable',
  ENETUNREACH: 'host unreachable',
  ENETDOWN: 'host unreachable',
};

/** By the first word of a reply. */
const OF_REPLIES: Readonly<Record<string, string>> = {
  NOAUTH: 'it needs a password',
  WRONGPASS: 'the user or the password is wrong',
  NOPERM: 'its user lacks a permission',
  LOADING: 'it is loading its data',
  MASTERDOWN: 'it is a replica without its master',
  READONLY: 'it is a replica and takes no writes',
  NOREPLICAS: 'it has too few replicas to take writes',
  UNBLOCKED: 'it is failing over',
  CLUSTERDOWN: 'the Cluster is down',
  TRYAGAIN: 'the Cluster is being resharded',
  MOVED: 'the Cluster is being resharded',
  ASK: 'the Cluster is being resharded',
  BUSY: 'it is busy with a script',
  NOSCRIPT: 'it has forgotten a script',
  OOM: 'its memory is full',
  MISCONF: 'it cannot write to its disk',
};

const OF_TEXTS: readonly (readonly [RegExp, string])[] = [
  [/ECONNREFUSED/, 'connection refused'],
  [/ENOTFOUND|EAI_AGAIN/, 'unknown host'],
  [/timed? ?out|no answer within/i, 'no answer'],
  [/Too many Cluster redirections/, 'the Cluster is being resharded'],
  [/certificate|SSL|TLS/, 'the TLS handshake failed'],
  [/sentinel/i, 'no Sentinel names a master'],
];

/** Texts that give no reason why there is no connection. */
const UNCONNECTED =
  /connection (?:is|was) (?:closed|lost)|connection to Redis is lost|isn't writeable|isn't ready|max retries|connection close|disconnect|not connected|failed over in between|startup nodes|slots cache|is ended|is aborted|no node of the Cluster/i;

/** Why Redis cannot be used, in a few words of this program; `undefined` if the error gives no reason. */
export function failureReason(error: unknown): string | undefined {
  const text = messageOf(error);
  if (isReplyError(error)) return reasonInReply(text);
  const code = field(error, 'code');
  const ofSocket = typeof code === 'string' ? OF_SOCKETS[code] : undefined;
  if (ofSocket !== undefined) return ofSocket;
  // The error of a Cluster or of several Sentinels has the error of the last node.
  const last = field(error, 'lastNodeError');
  if (last !== undefined) return failureReason(last);
  const known = OF_TEXTS.find(([pattern]) => pattern.test(text))?.[1];
  if (known !== undefined) return known;
  return UNCONNECTED.test(text) ? undefined : UNEXPECTED;
}

/** `ErrorWording` logs the original text, which this does not have. */
export const UNEXPECTED = 'unexpected answer';

function reasonInReply(text: string): string {
  const [, word = ''] = /^(?:EXECABORT .*: )?([A-Z]+)\b/.exec(text) ?? [];
  return OF_REPLIES[word] ?? UNEXPECTED;
}

function field(error: unknown, name: 'code' | 'lastNodeError'): unknown {
  return typeof error === 'object' && error !== null ? Reflect.get(error, name) : undefined;
}
