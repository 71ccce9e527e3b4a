import type { LogInfo } from '../../core/log';
import { type Offset, parseOffset } from '../../core/offset';
import { RequestError } from '../request-error';

/** @param name of the parameter, for the error. @throws RequestError `PARAMETER_INVALID` */
export function parseQueryOffset(raw: string | string[], name = 'offset'): Offset {
  const offset = typeof raw === 'string' ? parseOffset(raw) : undefined;
  if (offset === undefined)
    throw new RequestError('PARAMETER_INVALID', `${name} must be one plain decimal number of bytes`);
  return offset;
}

/** @throws RequestError `RANGE_NOT_SATISFIABLE` for an offset beyond what is committed */
export function assertWithin(offset: Offset, info: LogInfo): Offset {
  if (offset <= info.tail) return offset;
  throw new RequestError(
    'RANGE_NOT_SATISFIABLE',
    `The offset is ${offset}, but the stream with ID ${info.id} has ${info.tail} bytes`,
    { 'Content-Range': `bytes */${info.tail}` },
  );
}
