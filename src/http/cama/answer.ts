import type { OutgoingHttpHeaders } from 'node:http';
import type { HeldRequest } from '../../relay/match/held-request';
import type { WaitOutcome } from '../../relay/match/waiter';

const SERVER = 'cama/1.0';

/** Every answer but a message: a status, and a sentence for people where it is an error that has none of its own. */
export function answer(
  side: HeldRequest,
  status: number,
  headers: OutgoingHttpHeaders = {},
  sentence = '',
): void {
  const type = sentence === '' ? {} : { 'Content-Type': 'text/plain' };
  side.reply(status, { Server: SERVER, ...type, ...headers }, sentence);
}

/** The answer for a request that took no part in an exchange, or whose counterpart was lost. */
export function answerWithOutcome(side: HeldRequest, outcome: WaitOutcome): void {
  if (outcome.kind === 'left') return;
  const [status, sentence = ''] = describe(outcome, side.req.method === 'GET' ? 'receiver' : 'sender');
  answer(side, status, {}, sentence);
}

function describe(
  outcome: Exclude<WaitOutcome, { kind: 'left' }>,
  role: string,
): readonly [status: number, sentence?: string] {
  switch (outcome.kind) {
    case 'timeout':
      return [outcome.of === 'place' ? 410 : 504];
    case 'gone':
      return [410];
    case 'refused':
      if (outcome.why !== 'taken') return [404, 'no such session'];
      return [409, `there can be only one ${role} at a time`];
    case 'exchanged':
      return [502, 'the other side was lost'];
    case 'stopping':
      return [503, 'the server is stopping'];
    case 'full':
      return [503, 'too many requests are waiting'];
    case 'lost':
      return [503, 'the server lost sight of the session'];
  }
}

export function messageHead(
  contentType: string | undefined,
  contentLength: number | undefined,
): OutgoingHttpHeaders {
  return {
    Server: SERVER,
    ...(contentType !== undefined && { 'Content-Type': contentType }),
    ...(contentLength !== undefined && { 'Content-Length': contentLength }),
  };
}
