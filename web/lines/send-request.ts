/**
 * Sends a request to a path below the server's root, such as `stream/build-1/info`; `request` of the shell does.
 * @returns an answer with a status below 400
 * @throws ApiError; an `AbortError` of the signal
 */
export type SendRequest = (
  path: string,
  init?: {
    readonly method?: string;
    readonly headers?: Readonly<Record<string, string>>;
    readonly signal?: AbortSignal;
  },
) => Promise<Response>;
