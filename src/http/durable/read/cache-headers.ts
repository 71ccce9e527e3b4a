import type { LogInfo } from '../../../core/log/log';
import { wireGeneration } from '../../../core/log/loss';
import type { ResponseHeaders } from '../../headers/content-headers';
import type { DurableContext } from '../context/durable-context';
import { isClosed } from '../context/shared-headers';
import type { ReadChunk } from './chunk';

const FRESH_SECONDS = 60;
const STALE_SECONDS = 300;

/**
 * How long a chunk may be kept (PROTOCOL.md, 10.1). Bytes at an offset never change; what stands at the end of an open stream has to be asked
 * for again, and is answered 304 as long as nothing was added.
 */
export function cacheHeaders(
  { config }: DurableContext,
  info: LogInfo,
  chunk: ReadChunk,
  now = Date.now(),
): ResponseHeaders {
  if (chunk.isUpToDate && !isClosed(info)) return { 'Cache-Control': 'no-cache' };
  // Where tokens are needed, what one of them gets is not for everybody.
  const whose = config.tokens.length === 0 ? 'public' : 'private';
  const left = info.expiresAt === undefined ? FRESH_SECONDS : Math.floor((info.expiresAt - now) / 1_000);
  // An expired stream must not live on in caches. One that expires when idle is kept alive only by those who ask the server.
  if (left < FRESH_SECONDS) return { 'Cache-Control': `${whose}, max-age=${Math.max(0, left)}` };
  return { 'Cache-Control': `${whose}, max-age=${FRESH_SECONDS}, stale-while-revalidate=${STALE_SECONDS}` };
}

/** Another one for each generation and after each loss, and again when the stream is closed, so that nobody is told 304 instead of the end. */
export function etagOf(info: LogInfo, { from, to, isEnd }: ReadChunk): string {
  return `"${wireGeneration(info)}:${from}:${to}${isEnd ? ':c' : ''}"`;
}
