import { once } from 'node:events';
import http from 'node:http';
import { LINE_BYTES } from '../workloads/sizes.mjs';

const NOTHING = Buffer.alloc(0);
const FAULTY_CHUNK = 5;
const LAST_CHUNK = 20;

/** What becomes of a chunk. @param state of its stream: `number`, which chunk it is, counted from 1 */
export const FAULTS = {
  none: (chunk) => chunk,
  'one byte changed': (chunk, { number }) => (number === FAULTY_CHUNK ? changed(chunk) : chunk),
  'a chunk twice': (chunk, { number }) => (number === FAULTY_CHUNK ? Buffer.concat([chunk, chunk]) : chunk),
  'a chunk lost': (chunk, { number }) => (number === FAULTY_CHUNK ? NOTHING : chunk),
  'two chunks swapped': swapped,
  'the end cut off': (chunk, { number }) => (number >= LAST_CHUNK ? NOTHING : chunk),
  'another stream': (chunk, { number }) => (number === FAULTY_CHUNK ? misplaced(chunk) : chunk),
};

/** What a reader gets of a chunk: its bytes, an event with its lines, or one with a record of S2, whose newline JSON escapes. */
const FORMS = {
  bytes: (chunk) => chunk,
  events: (chunk) =>
    `event: data\ndata: ${chunk.toString().replace(/\n$/, '').replaceAll('\n', '\ndata: ')}\n\n`,
  records: (chunk) => `event: batch\ndata: ${JSON.stringify({ records: [{ body: chunk.toString() }] })}\n\n`,
};

/**
 * A server of streams in memory with one fault.
 * @param form `bytes`: a stream is one request. `events`, `records`: each request is a message of its stream
 */
export async function startFaultyServer(fault, form = 'bytes') {
  const streams = new Map();
  const newStream = () => ({ content: [], chunks: [], readers: [], number: 0, isDone: false, form });
  const server = http.createServer((request, response) => {
    if (request.method === 'POST') {
      const isNew = form === 'bytes' || !streams.has(request.url);
      if (isNew) streams.set(request.url, newStream());
      produce(streams.get(request.url), FAULTS[fault], request, response);
    } else if (streams.has(request.url)) consume(streams.get(request.url), response);
    else response.writeHead(404).end();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const close = () => {
    server.closeAllConnections();
    server.close();
  };
  const contentOf = (path) => Buffer.concat(streams.get(path).content);
  return { port: server.address().port, contentOf, close };
}

function produce(stream, spoil, request, response) {
  request.on('data', (chunk) => {
    stream.number += 1;
    // What S2 has around a line is before it.
    const spoilt = spoil(stream.form === 'records' ? chunk.subarray(-LINE_BYTES) : chunk, stream);
    if (spoilt.length === 0) return;
    stream.content.push(spoilt);
    const sent = FORMS[stream.form](spoilt);
    stream.chunks.push(sent);
    for (const reader of stream.readers) reader.write(sent);
  });
  request.on('end', () => {
    if (stream.form === 'bytes') finish(stream);
    response.writeHead(201).end();
  });
}

function finish(stream) {
  stream.isDone = true;
  for (const reader of stream.readers) reader.end();
}

function consume(stream, response) {
  for (const chunk of stream.chunks) response.write(chunk);
  if (stream.isDone) return response.end();
  response.flushHeaders();
  stream.readers.push(response);
}

function changed(chunk) {
  const copy = Buffer.from(chunk);
  copy[copy.length >> 1] ^= 1;
  return copy;
}

function swapped(chunk, stream) {
  if (stream.number === FAULTY_CHUNK) {
    stream.held = chunk;
    return NOTHING;
  }
  const { held } = stream;
  stream.held = undefined;
  return held === undefined ? chunk : Buffer.concat([chunk, held]);
}

/** A line begins with `@` and the number of its stream in five digits. */
function misplaced(chunk) {
  return Buffer.from(chunk.toString('latin1').replace('@00000', '@00001'), 'latin1');
}
