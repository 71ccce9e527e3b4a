import http, { type IncomingMessage } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import type { Reading } from './checker';

const RETRY_MS = 50;

/**
 * Reads a stream over HTTP to its end, as a careful client does: when the connection fails, it continues at the
 * byte after the last one it has.
 *
 * @param url of the stream, asked for anew with each connection
 * @throws when the signal aborts
 */
export async function followOverHttp(
  url: () => string,
  reading: Reading,
  signal: AbortSignal,
): Promise<void> {
  for (;;) {
    try {
      if (await readOn(`${url()}?offset=${reading.at}`, reading, signal)) return;
    } catch {
      // Broken off: retried below.
    }
    await delay(RETRY_MS, undefined, { signal });
  }
}

/** One connection. @returns whether the end of the stream came */
async function readOn(url: string, reading: Reading, signal: AbortSignal): Promise<boolean> {
  const res = await get(url, signal);
  if (res.statusCode !== 200) {
    res.resume();
    return false;
  }
  for await (const bytes of res) reading.took(bytes);
  const state =
    res.headers['content-length'] === undefined
      ? res.trailers['x-stream-state']
      : res.headers['x-stream-state'];
  return String(state).startsWith('closed');
}

function get(url: string, signal: AbortSignal): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    http.get(url, { agent: false, signal }, resolve).on('error', reject);
  });
}
