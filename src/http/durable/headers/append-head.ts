import type { IncomingHttpHeaders } from 'node:http';
import type { ProducerMark } from '../../../core/log/log';
import { RequestError } from '../../errors/request-error';
import { essence } from '../../headers/stored-content-type';
import { parseProducer } from './producer-headers';

const SEQUENCE_LENGTH_MAX = 1_024;

/** The head of a request that appends. */
export interface AppendHead {
  /** The essence of its `Content-Type`. */
  readonly type: string | undefined;
  readonly producer: ProducerMark | undefined;
  readonly sequence: string | undefined;
  readonly closes: boolean;
}

/** @throws RequestError `HEADER_INVALID` */
export function parseAppendHead(headers: IncomingHttpHeaders): AppendHead {
  const type = headers['content-type'];
  return {
    type: type === undefined || type === '' ? undefined : essence(type),
    producer: parseProducer(headers),
    sequence: parseSequence(headers['stream-seq']),
    closes: parseClosed(headers),
  };
}

/** Any other value counts as none (PROTOCOL.md, 4.1). */
export function parseClosed(headers: IncomingHttpHeaders): boolean {
  return String(headers['stream-closed'] ?? '').toLowerCase() === 'true';
}

function parseSequence(raw: string | string[] | undefined): string | undefined {
  if (raw === undefined) return undefined;
  const sequence = String(raw);
  if (sequence === '' || sequence.length > SEQUENCE_LENGTH_MAX) {
    throw new RequestError('HEADER_INVALID', `Stream-Seq must have 1 to ${SEQUENCE_LENGTH_MAX} characters`);
  }
  return sequence;
}
