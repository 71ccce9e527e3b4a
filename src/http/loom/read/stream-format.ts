import type { LogInfo } from '../../../core/log/log';
import type { WireRequest } from '../../front/wire-request';
import { preferredType } from '../../headers/accept';
import { essence } from '../../headers/stored-content-type';
import { servedType } from '../headers/stream-headers';
import type { ReadRequest } from '../parameters/read-request';

/**
 * What an answer is made of.
 *
 * bytes   those of the stream.
 * times   the same, with its time before each line.
 * lines   NDJSON with an object per line.
 * events  Server-Sent Events.
 */
export type StreamFormat = 'bytes' | 'times' | 'lines' | 'events';

/** With its semicolon. */
const CHARSET = /;[ \t]*charset=(?:"[^"]*"|[^;]*)/i;

const NAMED = { 'text/event-stream': 'events', 'application/x-ndjson': 'lines' } as const;

/** By `Accept` and the parameters of the request (RFC 9110, 12.5.1). Events that would end at once are not offered. */
export function formatOf({ req }: WireRequest, info: LogInfo, read: ReadRequest): StreamFormat {
  const named = read.isNotail
    ? (['application/x-ndjson'] as const)
    : (['text/event-stream', 'application/x-ndjson'] as const);
  const otherwise = read.hasTimestamps ? 'text/plain' : essence(servedType(info));
  const type = preferredType(req.headers.accept ?? '', named, otherwise);
  if (type !== undefined) return NAMED[type];
  return read.hasTimestamps ? 'times' : 'bytes';
}

/** The `Content-Type` of an answer. */
export function contentTypeOf(format: StreamFormat, info: LogInfo): string {
  switch (format) {
    case 'bytes':
      return servedType(info);
    case 'times':
      // It has the characters of the stream.
      return `text/plain${CHARSET.exec(servedType(info))?.[0] ?? ''}`;
    case 'lines':
      return 'application/x-ndjson';
    case 'events':
      return 'text/event-stream; charset=utf-8';
  }
}
