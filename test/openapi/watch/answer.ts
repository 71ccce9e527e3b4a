/** The answer to a request, as a client of the tests got it. */
export interface Answer {
  readonly method: string;
  /** Of the server. */
  readonly port: string;
  /** As it was sent, with the query: a URL would resolve dots. */
  readonly path: string;
  /** The `Accept` of the request. */
  readonly accept: string;
  readonly status: number;
  /** By name in small letters. Several of one name are joined by a comma. */
  readonly headers: Readonly<Record<string, string>>;
  /** Absent until it is here whole, and if it is not JSON or is read in another way than as a text. */
  readonly body?: string;
}

const JSON_TYPE = /^application\/(?:x-nd)?json(?:;|$)/;

/** The longest body that is compared, in characters. */
export const BODY_MAX = 1024 * 1024;

/** Whether the answer comes from a server that is under test. Others in tests, such as a proxy that fails on purpose, do not have it. */
export function isOfLoom({ headers }: Answer): boolean {
  return headers['x-request-id'] !== undefined && headers['via'] === undefined;
}

/** Whether there is a body that can be compared with a schema. */
export function hasJson({ method, headers }: Answer): boolean {
  return method !== 'HEAD' && JSON_TYPE.test(headers['content-type'] ?? '');
}
