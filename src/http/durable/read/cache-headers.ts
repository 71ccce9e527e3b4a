import type { LogInfo } from '../../../core/log/log';
import { wireGeneration } from '../../../core/log/loss';
import type { Principal } from '../../access/principal';
import type { ResponseHeaders } from '../../headers/content-headers';
import { isClosed } from '../context/shared-headers';
import type { ReadChunk } from './chunk';

const FRESH_SECONDS = 60;
const STALE_SECONDS = 300;

/** How long a chunk may be cached (PROTOCOL.md, 10.1): its bytes never change, but the end of an open stream has to be revalidated. */
export function cacheHeaders({ kind }: Principal, info: LogInfo, chunk: ReadChunk): ResponseHeaders {
  if (chunk.isUpToDate && !isClosed(info)) return { 'Cache-Control': 'no-cache' };
  // An answer to a client with a credential is for that client only.
  const whose = kind === 'anonymous' ? 'public' : 'private';
  const left =
    info.expiresAt === undefined ? FRESH_SECONDS : Math.floor((info.expiresAt - Date.now()) / 1_000);
  // An expired stream must not live on in caches. Only a request that reaches the server extends an idle expiry.
  if (left < FRESH_SECONDS) return { 'Cache-Control': `${whose}, max-age=${Math.max(0, left)}` };
  return { 'Cache-Control': `${whose}, max-age=${FRESH_SECONDS}, stale-while-revalidate=${STALE_SECONDS}` };
}

/** It changes with the generation, after a loss, and when the stream is closed: otherwise a reader would get 304 instead of the end. */
export function etagOf(info: LogInfo, { from, to, isEnd }: ReadChunk): string {
  return `"${wireGeneration(info)}:${from}:${to}${isEnd ? ':c' : ''}"`;
}
