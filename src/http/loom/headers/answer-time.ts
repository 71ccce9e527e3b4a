import type { IncomingHttpHeaders } from 'node:http';
import { RequestError } from '../../errors/request-error';

/**
 * When a producer gets its answer.
 *
 * early  once the stream exists, while the body arrives
 * end    once the body is stored. A proxy may stop passing a body on as soon as it has passed on the head of the answer: nginx does so for
 *        good when its connection to the server has been full once.
 */
export type AnswerTime = 'early' | 'end';

/** @throws RequestError `HEADER_INVALID` */
export function parseAnswerTime(headers: IncomingHttpHeaders): AnswerTime {
  const value = headers['x-stream-answer'];
  if (value === undefined || value === 'early') return 'early';
  if (value === 'end') return 'end';
  throw new RequestError('HEADER_INVALID', 'X-Stream-Answer must be early or end');
}
