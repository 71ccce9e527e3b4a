// Heads of requests for the load generator, which fills in {id} the stream, {len} the body's bytes, {seq} the number of the
// request among those of its connection, and {n} the readers of a stream.

export function head(line, ...headers) {
  return [`${line} HTTP/1.1`, 'Host: 127.0.0.1', ...headers, '', ''].join('\r\n');
}

export function get(path, ...headers) {
  return head(`GET ${path}`, ...headers);
}

/** A streaming request. */
export function postChunked(path, ...headers) {
  return chunked(`POST ${path}`, ...headers);
}

/** The same by PUT. */
export function putChunked(path, ...headers) {
  return chunked(`PUT ${path}`, ...headers);
}

/** A request a message. */
export function postMessage(path, ...headers) {
  return head(`POST ${path}`, 'Content-Type: text/plain', 'Content-Length: {len}', ...headers);
}

function chunked(line, ...headers) {
  return head(line, 'Content-Type: text/plain', 'Transfer-Encoding: chunked', ...headers);
}
