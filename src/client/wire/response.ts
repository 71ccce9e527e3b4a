import { errorCode, toClientCode } from './error-code';
import { LoomClientError } from './errors';
import { foreignAnswer } from './foreign-answer';
import { memberOf, membersOf, tryParseJson } from './json';
import { parseLostRange } from './lost-range';

/** An answer with its whole body. */
export interface BufferedResponse {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
}

/** The most bytes of an error's body. Loom's errors are shorter; a longer body comes from another program. */
const ERROR_BYTES_MAX = 64 * 1024;
const MESSAGE_LENGTH_MAX = 500;
/** The header that names the bytes which the server has lost. */
const LOST = 'X-Stream-Lost';
/** A longer Retry-After is shortened to this. */
const RETRY_AFTER_MAX_MS = 5 * 60_000;

export async function readResponse(response: Response): Promise<BufferedResponse> {
  return { status: response.status, headers: response.headers, text: await readText(response) };
}

async function readText(response: Response): Promise<string> {
  if (response.ok) return response.text();
  if (response.body === null) return '';
  const reader = response.body.getReader();
  const decoder = new TextDecoder();
  let text = '';
  for (let bytes = 0; bytes < ERROR_BYTES_MAX; ) {
    const { done, value } = await reader.read();
    if (done) return text + decoder.decode();
    bytes += value.length;
    text += decoder.decode(value, { stream: true });
  }
  await reader.cancel();
  return text;
}

/** @throws LoomClientError unless the status is 2xx */
export function assertSuccess(answer: BufferedResponse): void {
  if (answer.status >= 200 && answer.status < 300) return;
  throw toClientError(answer);
}

export function toClientError(answer: BufferedResponse): LoomClientError {
  const { status } = answer;
  const answerCode = responseCode(answer);
  const code = toClientCode(answerCode, status);
  const retryAfterMs = code === 'BUSY' ? parseRetryAfter(answer.headers.get('Retry-After')) : undefined;
  const lost = parseLostRange(answer.text);
  const generation = answer.headers.get('X-Stream-Generation') ?? undefined;
  return new LoomClientError(code, errorText(answer), { status, lost, generation, answerCode, retryAfterMs });
}

/** The code of an answer that is not a success. Without a code, the status decides. */
export function responseCode({ status, headers, text }: BufferedResponse): string | undefined {
  // The answer to a HEAD has only this header.
  const lost = headers.get(LOST);
  if (lost !== null) return lost === 'all' ? 'stream_lost' : 'stream_damaged';
  return errorCode(memberOf(tryParseJson(text), 'code'), status);
}

/** The server's own sentence. Without one, a sentence about the status or the lost bytes. */
function errorText({ status, headers, text }: BufferedResponse): string {
  const { error } = membersOf(tryParseJson(text), { error: 'string' });
  const sentence = foreignAnswer(status, headers, text) ?? error;
  if (sentence) return sentence.slice(0, MESSAGE_LENGTH_MAX);
  const lost = headers.get(LOST);
  if (lost === 'all') return 'the server has lost this stream';
  if (lost !== null) return `the server has lost the bytes ${lost} of the stream`;
  return `the server answered with status ${status}`;
}

/** Parses seconds or a date (RFC 9110, 10.2.3). @returns milliseconds from now */
export function parseRetryAfter(header: string | null): number | undefined {
  if (header === null) return undefined;
  const ms = /^\d+$/.test(header) ? Number(header) * 1000 : Date.parse(header) - Date.now();
  return Number.isNaN(ms) ? undefined : Math.min(Math.max(ms, 0), RETRY_AFTER_MAX_MS);
}

/** Reads `Upload-Offset`: how many bytes of the stream are committed. */
export function uploadOffset(headers: Headers): number | undefined {
  return countHeader(headers, 'Upload-Offset');
}

/** Reads a header that is a plain decimal number. */
export function countHeader(headers: Headers, name: string): number | undefined {
  const header = headers.get(name) ?? '';
  const count = Number(header);
  return /^\d+$/.test(header) && Number.isSafeInteger(count) ? count : undefined;
}
