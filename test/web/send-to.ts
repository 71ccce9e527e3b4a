import type { SendRequest } from '../../web/lines/send-request';
import { ApiError, errorOf, isAbort } from '../../web/shell/api-error';

/** Requests to a real server, as `request` of the shell sends them. */
export function sendTo(url: string): SendRequest {
  return async (path, init) => {
    const response = await fetch(`${url}/${path}`, init).catch((error: unknown) => {
      throw isAbort(error) ? error : new ApiError(0, 'unreachable', 'The server cannot be reached');
    });
    if (response.status >= 400) throw await errorOf(response);
    return response;
  };
}
