// The least that a server in Node can do: no ids checked, no limits, no errors, nothing removed. Arguments: port, form, folder.
import http from 'node:http';
import { DiscardedStream } from './bare/discarded-stream.mjs';
import { DyingStream, LateStream, LossyStream } from './bare/faulty-streams.mjs';
import { FileStream } from './bare/file-stream.mjs';
import { RawStream } from './bare/raw-stream.mjs';
import { ResponseStream } from './bare/response-stream.mjs';

const BACKLOG = 4096;
const KEEP_ALIVE_MS = 60_000;
const FORMS = {
  discard: DiscardedStream,
  res: ResponseStream,
  raw: RawStream,
  file: FileStream,
  lossy: LossyStream,
  dies: DyingStream,
  late: LateStream,
};

const [port, form, folder] = process.argv.slice(2);
const Stream = FORMS[form];
const streams = new Map();

const server = http.createServer((request, response) => {
  const id = request.url.slice(request.url.lastIndexOf('/') + 1).split('?')[0];
  if (request.method === 'POST') produce(id, request, response);
  else if (!streams.has(id)) response.writeHead(404).end();
  else if (request.url.startsWith('/count/')) response.end(String(streams.get(id).size));
  else streams.get(id).consume(request, response);
});
server.keepAliveTimeout = KEEP_ALIVE_MS;
server.listen(Number(port), '127.0.0.1', BACKLOG);

function produce(id, request, response) {
  const stream = new Stream({ id, folder, request });
  streams.set(id, stream);
  request.on('data', (chunk) => {
    stream.size += chunk.length;
    stream.append(chunk);
  });
  request.on('end', () => stream.end(() => response.writeHead(201).end()));
}
