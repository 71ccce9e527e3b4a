import type { LogId } from '../../core/log/log-id';
import { RequestError } from './request-error';

/** @param allowed the methods of the route, as `Allow` lists them */
export function methodNotAllowed(method: string | undefined, allowed: string): RequestError {
  const sentence = `Method ${method} is not allowed here (allowed: ${allowed})`;
  return new RequestError('METHOD_NOT_ALLOWED', sentence, { Allow: allowed });
}

/** @param headers beside those of the error */
export function shuttingDown(headers: Readonly<Record<string, string>> = {}): RequestError {
  return new RequestError('STOPPING', 'The server is shutting down', headers);
}

/** The sentence of `LOG_SEALED`. */
export function streamIsClosed(id: LogId): string {
  return `The stream with ID ${id} is closed and takes no more data`;
}

export function routeNotFound(path: string): RequestError {
  const [, id] = /^\/stream\/(.+\/.+)$/.exec(path) ?? [];
  const hint =
    id === undefined ? '' : `: a / within an ID is written %2F, as in /stream/${id.replaceAll('/', '%2F')}`;
  return new RequestError('NOT_FOUND', `There is nothing at ${path}${hint}`);
}
