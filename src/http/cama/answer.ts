import type { OutgoingHttpHeaders } from 'node:http';
import type { HeldRequest } from '../../relay/match/held-request';

export const SERVER = 'cama/1.0';

/** Any response but a message. @param sentence for people */
export function answer(
  held: HeldRequest,
  status: number,
  headers: OutgoingHttpHeaders = {},
  sentence = '',
): void {
  const type = sentence === '' ? {} : { 'Content-Type': 'text/plain' };
  held.reply(status, { Server: SERVER, ...type, ...headers }, sentence);
}
