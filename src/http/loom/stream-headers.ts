import type { LogInfo } from '../../core/log';
import { renderMetadata } from './metadata-header';
import { streamState } from './stream-state';

export type Headers = Readonly<Record<string, string>>;

/** What every answer about a stream carries, whatever its body. By the generation, who resumes notices that it was replaced. */
export function streamHeaders(info: LogInfo): Headers {
  const state = { 'X-Stream-State': streamState(info), 'X-Stream-Generation': info.generation };
  return info.metadata === undefined
    ? state
    : { ...state, 'X-Stream-Metadata': renderMetadata(info.metadata) };
}

/** Anyone may have put anything into a stream: a browser must not run it, whatever type its producer gave it. */
export function contentHeaders(contentType: string): Headers {
  return {
    'Content-Type': contentType,
    'X-Content-Type-Options': 'nosniff',
    'Content-Security-Policy': "sandbox; default-src 'none'",
    'Cross-Origin-Resource-Policy': 'same-origin',
  };
}

/** Proxies must neither hold a live response back nor keep or change it. */
export const LIVE_HEADERS: Headers = {
  'Cache-Control': 'no-store, no-transform',
  'X-Accel-Buffering': 'no',
};
