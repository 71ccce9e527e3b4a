import type { BacklogOptions } from './backlog';
import type { BackoffOptions } from './backoff';
import type { ConnectionEvent } from './connection-event';
import type { Json } from './json';

export interface UploadOptions extends BackoffOptions, Omit<BacklogOptions, 'onSpoolFailure'> {
  /** What to do when the stream exists already. Default `refuse`. */
  readonly existing?: 'refuse' | 'replace';
  readonly metadata?: Json;
  /** Default `application/octet-stream`. */
  readonly contentType?: string;
  /** Names this upload, so that the server knows it again. Default: a random one. */
  readonly key?: string;
  /**
   * Whether a request's body is sent while it grows, or in blocks of what there is. Default `streamed`, and `whole` in browsers, which
   * stream request bodies over HTTP/2 at best.
   */
  readonly bodies?: 'streamed' | 'whole';
  /** A request is ended after so many bytes, to have them acknowledged. Default 4 MiB, at most half of the memory. */
  readonly requestBytesMax?: number;
  /** And after so many milliseconds. Default 2,000. */
  readonly requestLifeMs?: number;
  /** When the source is quiet, the server hears from us this often. Default 60,000. */
  readonly keepAliveMs?: number;
  /** A server that takes nothing and answers nothing for so long is given up on, and asked anew. Default 30,000. */
  readonly silenceMs?: number;
  readonly onEvent?: (event: UploadEvent) => void;
}

export type UploadEvent =
  | ConnectionEvent
  | { readonly kind: 'created'; readonly replaced: boolean }
  /** The server has less than it had acknowledged. What is missing is sent again. */
  | { readonly kind: 'server-lost'; readonly from: number; readonly to: number }
  /** The spool takes no more. The source is held up until the server has caught up. */
  | { readonly kind: 'spool-failed'; readonly error: unknown };

const DEFAULTS = {
  memoryBytesMax: 8 * 1024 * 1024,
  requestBytesMax: 4 * 1024 * 1024,
  requestLifeMs: 2_000,
  keepAliveMs: 60_000,
  silenceMs: 30_000,
} satisfies UploadOptions;

export type UploadSettings = UploadOptions & typeof DEFAULTS;

export function withDefaults(options: UploadOptions): UploadSettings {
  const settings = { ...DEFAULTS, ...options };
  // A request that could hold all of the memory would wait for bytes that in turn wait for room.
  const requestBytesMax = Math.min(settings.requestBytesMax, Math.floor(settings.memoryBytesMax / 2));
  return { ...settings, requestBytesMax };
}
