import { openSync, read, writev } from 'node:fs';
import { join } from 'node:path';
import { chunkSize } from './framing.mjs';
import { LiveReaders } from './live-readers.mjs';

const PAGE_BYTES = 256 * 1024;
/** Room for a chunk's size and the line's end before its bytes, and for the line's end after them. */
const HEAD_BYTES = 16;
const FRAME_BYTES = 32;
const WAITING_BYTES_MAX = 4 * 1024 * 1024;
const POLL_MS = 1;

/** Appends to a file, one write in flight with all that came meanwhile; replays from it. What is live comes from memory. */
export class FileStream {
  size = 0;
  #stored = 0;
  #waiting = [];
  #waitingBytes = 0;
  #isWriting = false;
  #isDone = false;
  #confirm;
  #readers = new LiveReaders();
  #request;
  #fd;

  constructor({ id, folder, request }) {
    this.#request = request;
    this.#fd = openSync(join(folder, `${id}.log`), 'w+');
  }

  append(chunk) {
    this.#waiting.push(chunk);
    this.#waitingBytes += chunk.length;
    if (this.#waitingBytes > WAITING_BYTES_MAX) this.#request.pause();
    this.#write();
    this.#readers.tell(chunk);
  }

  end(confirm) {
    this.#confirm = confirm;
    this.#write();
  }

  consume({ socket }) {
    this.#replay(this.#readers.add(socket), 0);
  }

  #write() {
    if (this.#isWriting) return;
    if (this.#waiting.length === 0) return this.#finish();
    const chunks = this.#waiting;
    this.#waiting = [];
    this.#isWriting = true;
    writev(this.#fd, chunks, (error, bytes) => {
      if (error) throw error;
      this.#isWriting = false;
      this.#stored += bytes;
      this.#waitingBytes -= bytes;
      if (this.#waitingBytes < WAITING_BYTES_MAX && this.#request.isPaused()) this.#request.resume();
      this.#write();
    });
  }

  #finish() {
    if (this.#confirm === undefined || this.#isDone) return;
    this.#isDone = true;
    this.#readers.done();
    this.#confirm();
  }

  #replay(reader, from) {
    const { socket } = reader;
    if (socket.destroyed) return;
    if (from >= this.#stored) {
      if (this.#isDone || this.#stored === this.size) this.#readers.join(reader);
      else setTimeout(() => this.#replay(reader, from), POLL_MS);
      return;
    }
    const length = Math.min(PAGE_BYTES, this.#stored - from);
    const page = Buffer.allocUnsafe(length + FRAME_BYTES);
    read(this.#fd, page, HEAD_BYTES, length, from, (error, bytes) => {
      if (error) return socket.destroy();
      const next = () => this.#replay(reader, from + bytes);
      if (socket.write(framed(page, bytes))) next();
      else socket.once('drain', next);
    });
  }
}

/** The page as a chunk, without copying its bytes: what belongs around them has its room in the same buffer. */
function framed(page, bytes) {
  const size = chunkSize(bytes);
  const begin = HEAD_BYTES - size.length;
  const end = HEAD_BYTES + bytes;
  page.latin1Write(size, begin);
  page.latin1Write('\r\n', end);
  return page.subarray(begin, end + 2);
}
