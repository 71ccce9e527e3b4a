import { RequestError } from './request-error';

/** @param allowed the methods of the route, as `Allow` lists them */
export function methodNotAllowed(method: string | undefined, allowed: string): RequestError {
  const sentence = `Method ${method} is not allowed here (allowed: ${allowed})`;
  return new RequestError('METHOD_NOT_ALLOWED', sentence, { Allow: allowed });
}
