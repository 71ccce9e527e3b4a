import { get, postMessage } from './request-heads.mjs';

/** The Durable Streams protocol under a path: PUT creates, POST appends, tails are Server-Sent Events. */
export const durableWire = (path) => ({
  style: 'perreq',
  endsReaders: false,
  // However many lines an event has, and whatever other events come between.
  scan: '\n',
  publish: postMessage(`${path}/{id}`),
  subscribe: get(`${path}/{id}?offset=-1&live=sse`),
  replay: get(`${path}/{id}?offset=-1`),
  create: (server, id) => createDurable(server, `${path}/${id}`),
});

async function createDurable({ port }, path) {
  const response = await fetch(`http://127.0.0.1:${port}${path}`, {
    method: 'PUT',
    headers: { 'Content-Type': 'text/plain' },
  });
  await response.arrayBuffer();
  if (!response.ok) throw new Error(`PUT ${path} was answered with status ${response.status}`);
}
