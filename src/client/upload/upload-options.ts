import type { BackoffOptions } from '../wire/backoff';
import type { ConnectionEvent } from '../wire/connection-event';
import type { Json } from '../wire/json';
import type { BacklogOptions } from './backlog';

export interface UploadOptions extends BackoffOptions, Omit<BacklogOptions, 'onSpoolFailure'> {
  /** What to do if the stream already exists. Default `refuse`. */
  readonly existing?: 'refuse' | 'replace';
  readonly metadata?: Json;
  /** Default `application/octet-stream`. */
  readonly contentType?: string;
  /** Identifies this upload after a reconnect (`Idempotency-Key`). An upload with the key of an earlier one continues that: it must have the same bytes. Default: a random one. */
  readonly key?: string;
  /** Whether a request streams its body or sends one block. Default `streamed`. In browsers always `whole`: they stream at most over HTTP/2. */
  readonly bodies?: 'streamed' | 'whole';
  /** A request ends after this many bytes, to get them acknowledged. Default 4 MiB, at most half of the memory. */
  readonly requestBytesMax?: number;
  /** A request ends after this many milliseconds. Default 2,000. */
  readonly requestLifeMs?: number;
  /** While the source is quiet, an empty request is sent this often. Default 60,000. */
  readonly keepAliveMs?: number;
  /** A request is cut and retried after this time without progress. Default 30,000. */
  readonly silenceMs?: number;
  /** Stops the upload: `done` rejects with its reason. */
  readonly signal?: AbortSignal | undefined;
  readonly onEvent?: (event: UploadEvent) => void;
}

/** An event of an upload. */
export type UploadEvent =
  | ConnectionEvent
  | { readonly kind: 'created'; readonly replaced: boolean }
  /** A proxy refused a request as too large. The next ones have at most this many bytes. */
  | { readonly kind: 'requests-shrunk'; readonly bytesMax: number }
  /** A proxy seems to hold requests back until they end. */
  | { readonly kind: 'buffered' }
  /** The server has lost acknowledged bytes. They are sent again. */
  | { readonly kind: 'server-lost'; readonly from: number; readonly to: number }
  /** The spool refused a write. The source waits while memory is full, too. */
  | { readonly kind: 'spool-failed'; readonly error: unknown };

const DEFAULTS = {
  memoryBytesMax: 8 * 1024 * 1024,
  requestBytesMax: 4 * 1024 * 1024,
  requestLifeMs: 2_000,
  keepAliveMs: 60_000,
  silenceMs: 30_000,
} satisfies UploadOptions;

/** Upload options with their defaults. */
export type UploadSettings = UploadOptions & typeof DEFAULTS;

export function withDefaults(options: UploadOptions): UploadSettings {
  const settings = { ...DEFAULTS, ...options };
  // A request as large as the memory would wait for bytes that wait for memory.
  const requestBytesMax = Math.min(settings.requestBytesMax, Math.floor(settings.memoryBytesMax / 2));
  return { ...settings, requestBytesMax };
}
