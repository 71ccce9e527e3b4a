import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { areLines, isBulk } from '../harness/expected-content.mjs';
import { programOfPeer } from '../harness/home.mjs';
import { crateProgram } from '../harness/missing.mjs';
import { freePort } from '../harness/ports.mjs';
import { get, head } from './parts/request-heads.mjs';
import { readBodies } from './parts/s2-records.mjs';

const PROGRAM = 'server';
const BASIN = 'loom-bench';
const BASIN_HEADER = { 's2-basin': BASIN };
const RECORDS = '/v1/streams/{id}/records';
const READY_MS = 60_000;
const POLL_MS = 50;
const BULK = 'it answers in pages of protobuf, which the load generator does not read';

/**
 * S2 lite, in Rust: `s2-lite:local` in a folder, `s2-lite:memory` in memory. A record per request in protobuf, tails by Server-Sent
 * Events in JSON.
 */
export default (store = 'local') => ({
  style: 'perreq',
  endsReaders: false,
  scan: '\\n',
  wireOptions: { s2: 1 },
  publish: head(
    `POST ${RECORDS}`,
    `s2-basin: ${BASIN}`,
    'Content-Type: application/protobuf',
    'Accept: application/protobuf',
    'Content-Length: {len}',
  ),
  subscribe: get(`${RECORDS}?seq_num=0`, `s2-basin: ${BASIN}`, 'Accept: text/event-stream'),
  create: ({ port }, id) => post(port, '/v1/streams', { stream: id }),
  verify,
  skip: { W3: BULK, W3x8: BULK },
  needs: [crateProgram(PROGRAM)],
  async start(stage) {
    const port = await freePort();
    const args = ['--port', port, ...(store === 'local' ? ['--local-root', join(stage.folder, 'data')] : [])];
    const child = await stage.serve(programOfPeer(PROGRAM), args, port, { env: { RUST_LOG: 'error' } });
    await createBasin(port);
    return { port, pids: [child.pid] };
  },
});

/** The port is open before the server answers. */
async function createBasin(port) {
  const deadline = performance.now() + READY_MS;
  for (;;) {
    try {
      return await post(port, '/v1/basins', { basin: BASIN });
    } catch (error) {
      if (performance.now() > deadline) throw error;
      await delay(POLL_MS);
    }
  }
}

async function post(port, path, body) {
  const response = await fetch(`http://127.0.0.1:${port}${path}`, {
    method: 'POST',
    headers: { ...BASIN_HEADER, 'Content-Type': 'application/json' },
    body: JSON.stringify(body),
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`POST ${path} was answered with status ${response.status}: ${text}`);
}

async function verify({ port }, { id, bytes, lines }, streams) {
  let isWhole = true;
  for (let stream = 0; stream < streams && isWhole; stream++) {
    const url = `http://127.0.0.1:${port}${RECORDS.replace('{id}', id + stream)}`;
    const content = Buffer.concat(await readBodies(url, BASIN_HEADER));
    isWhole = bytes === undefined ? areLines(content, stream, lines) : isBulk(content, stream, bytes);
  }
  return { isWhole, note: 'read back and compared in Node' };
}
