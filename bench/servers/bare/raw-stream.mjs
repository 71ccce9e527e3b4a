import { CRLF, chunkSize } from './framing.mjs';
import { LiveReaders } from './live-readers.mjs';

const PAGE_BYTES = 256 * 1024;
const WAITING_BYTES_MAX = 1024 * 1024;

/** Keeps the chunks in memory, and writes to the sockets past Node's response. */
export class RawStream {
  size = 0;
  chunks = [];
  #readers = new LiveReaders();

  append(chunk) {
    this.chunks.push(chunk);
    this.#readers.tell(chunk);
  }

  end(confirm) {
    this.#readers.done();
    confirm();
  }

  consume({ socket }) {
    this.#replay(this.#readers.add(socket), 0);
  }

  /** Pages of what is stored, until there is no more; then the reader is live. */
  #replay(reader, from) {
    const { socket } = reader;
    for (let at = from; !socket.destroyed; ) {
      if (at >= this.chunks.length) return this.#readers.join(reader);
      const page = this.#page(at);
      at += page.chunks.length;
      if (send(socket, page) || socket.writableLength <= WAITING_BYTES_MAX) continue;
      socket.once('drain', () => this.#replay(reader, at));
      return;
    }
  }

  #page(at) {
    const page = { chunks: [], bytes: 0 };
    for (let i = at; i < this.chunks.length && page.bytes < PAGE_BYTES; i++) {
      page.chunks.push(this.chunks[i]);
      page.bytes += this.chunks[i].length;
    }
    return page;
  }
}

function send(socket, { chunks, bytes }) {
  socket.cork();
  socket.write(chunkSize(bytes), 'latin1');
  for (const chunk of chunks) socket.write(chunk);
  const hasRoom = socket.write(CRLF);
  socket.uncork();
  return hasRoom;
}
