import { setTimeout as delay } from 'node:timers/promises';
import { request } from '../support/http';
import type { History } from './checker';

const RETRY_MS = 50;

/**
 * Produces a stream of `length` bytes piece by piece over plain HTTP, as a careful client does: each PATCH is acknowledged. When
 * the outcome of a PATCH is unknown, a HEAD returns the offset to continue at.
 *
 * @param url of the server, asked for anew with each request
 * @param pieceBytes how much the next PATCH carries
 */
export async function produceByPatches(
  url: () => string,
  history: History,
  length: number,
  pieceBytes: () => number,
  signal: AbortSignal,
): Promise<void> {
  await create(url, history, signal);
  for (let at = 0; at < length; ) {
    const to = Math.min(length, at + pieceBytes());
    history.written(to);
    try {
      at = await patch(url(), history, at, to, to === length);
    } catch {
      at = await committed(url, history, signal);
    }
  }
  history.completed();
}

/** Under a key, so that a POST whose answer was lost can be repeated. */
async function create(url: () => string, { id }: History, signal: AbortSignal): Promise<void> {
  const headers = { 'Upload-Complete': '?0', 'Idempotency-Key': id };
  for (;;) {
    try {
      const { status, headers: answered } = await request(`${url()}/stream/${id}`, {
        method: 'POST',
        headers,
      });
      if (status === 201 || answered['idempotency-key'] === id) return;
    } catch {
      // No answer: asked again below.
    }
    await delay(RETRY_MS, undefined, { signal });
  }
}

async function patch(
  url: string,
  history: History,
  from: number,
  to: number,
  isLast: boolean,
): Promise<number> {
  const { status, headers } = await request(`${url}/stream/${history.id}`, {
    method: 'PATCH',
    headers: {
      'Content-Type': 'application/partial-upload',
      'Upload-Offset': String(from),
      'Upload-Complete': isLast ? '?1' : '?0',
    },
    body: history.source.bytes(from, to),
  });
  if (status !== 204) throw new Error(`the PATCH was answered ${status}`);
  const offset = Number(headers['upload-offset']);
  history.acknowledged(offset);
  return offset;
}

async function committed(url: () => string, history: History, signal: AbortSignal): Promise<number> {
  for (;;) {
    try {
      const { status, headers } = await request(`${url()}/stream/${history.id}`, { method: 'HEAD' });
      if (status === 200) {
        const offset = Number(headers['upload-offset']);
        history.seen(offset);
        return offset;
      }
    } catch {
      // No answer: asked again below.
    }
    await delay(RETRY_MS, undefined, { signal });
  }
}
