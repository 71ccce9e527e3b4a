const WAITING_BYTES_MAX = 1024 * 1024;

/** Keeps the chunks in memory, and writes each to every reader's response. */
export class ResponseStream {
  size = 0;
  #chunks = [];
  #readers = new Set();
  #isDone = false;

  append(chunk) {
    this.#chunks.push(chunk);
    for (const { response, isLive } of this.#readers) if (isLive) response.write(chunk);
  }

  end(confirm) {
    this.#isDone = true;
    for (const { response, isLive } of this.#readers) if (isLive) response.end();
    confirm();
  }

  consume(request, response) {
    response.writeHead(200, { 'content-type': 'text/plain' });
    const reader = { response, isLive: false };
    this.#readers.add(reader);
    request.on('close', () => this.#readers.delete(reader));
    this.#replay(reader, 0);
  }

  #replay(reader, from) {
    const { response } = reader;
    for (let at = from; at < this.#chunks.length; ) {
      if (response.write(this.#chunks[at++]) || response.writableLength <= WAITING_BYTES_MAX) continue;
      response.once('drain', () => this.#replay(reader, at));
      return;
    }
    reader.isLive = true;
    if (this.#isDone) response.end();
  }
}
