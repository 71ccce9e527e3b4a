import type { ServerResponse } from 'node:http';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import { readToTail } from '../../core/follow/read-to-tail';
import type { LogInfo } from '../../core/log/log';
import type { Page } from '../../core/store/store';
import type { WireMeter } from '../../metrics/wire-meter';
import type { LiveContext } from './live-context';
import type { PagesToSend } from './send-pages';
import { waitForDrain } from './wait-for-drain';

/** Of log text, the levels above take twice the time for a tenth of the size. */
const LEVEL = 4;

/**
 * Sends a range of a log as one gzip body. Nothing more is read or compressed while the client has not taken what was sent, so that a
 * body of any length takes one page, and 256 KiB for the compression, which runs on the threads of libuv.
 * @throws LogError; AbortError when the client leaves
 */
export async function sendCompressed(
  { store, config, consumers, meter }: LiveContext,
  res: ServerResponse,
  info: LogInfo,
  { from, until, writeHead }: Omit<PagesToSend, 'contentOf'>,
): Promise<void> {
  const signal = consumers.signalOf(res);
  const send = async (pieces: AsyncIterable<Buffer>): Promise<void> => {
    for await (const piece of pieces) {
      if (!res.headersSent) writeHead();
      res.write(piece);
      await waitForDrain(res, config.http.consumerTimeout, signal);
    }
  };
  const pages = readToTail(store, info, from, signal, { until });
  await pipeline(chunksOf(pages, meter), createGzip({ level: LEVEL }), send, { signal });
}

async function* chunksOf(pages: AsyncIterable<Page>, meter: WireMeter): AsyncGenerator<Buffer, void> {
  for await (const { chunks } of pages) {
    for (const chunk of chunks) {
      yield chunk;
      meter.deliveredBytes += chunk.length;
    }
  }
}
