import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import http from 'node:http';
import { request } from '../support/http';
import { PATIENCE_MS } from '../support/patience';
import { eventually } from './eventually';
import { forgetPeak, peakBytes, residentBytes } from './process-memory';
import { withStage } from './stage';

const MIB = 1024 * 1024;
/** Of memory that a quiet server may keep: buffers that it uses again, and what is not worth a collection. */
const MARGIN = 64 * MIB;

/** The server looks again after 30 s, and doubles that while it frees little: beside other work that happens more than once. */
const GIVEN_BACK_MS = 400_000;
const TIME_LIMIT_MS = GIVEN_BACK_MS + PATIENCE_MS;

const ROUNDS_MAX = 5;

/** One buffer for all requests of a flood: what fills memory here is the server's. */
const BODY = Buffer.alloc(8 * MIB, 'x');

/** What fills the memory of a server. Each takes its URL. */
const floods: Readonly<Record<string, (url: string) => Promise<unknown>>> = {
  'bodies that are held whole': async (url) => {
    const headers = { 'Content-Type': 'application/octet-stream' };
    await request(`${url}/v1/stream/bodies`, { method: 'PUT', headers });
    await atOnce(30, () => request(`${url}/v1/stream/bodies`, { method: 'POST', headers, body: BODY }));
  },
  'producers at full speed': (url) =>
    atOnce(120, () => request(`${url}/stream/${randomUUID()}`, { method: 'POST', body: BODY })),
  'readers that replay a stream': async (url) => {
    await request(`${url}/stream/replayed`, { method: 'POST', body: Buffer.alloc(48 * MIB, 'a line\n') });
    await atOnce(80, () => drained(`${url}/stream/replayed`));
  },
};

function atOnce(count: number, work: () => Promise<unknown>): Promise<unknown> {
  return Promise.all(Array.from({ length: count }, work));
}

/** A response that is read to its end and not kept. */
async function drained(url: string): Promise<void> {
  const [res] = await once(http.get(url, { agent: false }), 'response');
  await once(res.resume(), 'end');
}

describe('the memory of a server', () => {
  const stage = withStage();

  it.each(Object.keys(floods))(
    'a server gives memory back after a flood of %s',
    async (name) => {
      const loom = await stage.loom(`file:${await stage.directory()}`);
      const before = residentBytes(loom.pid);
      forgetPeak(loom.pid);
      const growth = (): number => peakBytes(loom.pid) - before;
      // A server that stores as fast as the bytes come holds few of them.
      for (let round = 0; round < ROUNDS_MAX && growth() <= 2 * MARGIN; round += 1)
        await floods[name]?.(loom.url);
      expect(growth()).toBeGreaterThan(MARGIN);
      await eventually(
        `it has no more than ${MARGIN / MIB} MiB more than before`,
        () => residentBytes(loom.pid) - before < MARGIN,
        GIVEN_BACK_MS,
      );
    },
    TIME_LIMIT_MS,
  );
});
