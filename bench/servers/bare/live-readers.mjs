import { frame, HEAD, LAST_CHUNK } from './framing.mjs';

/** Readers by their sockets. Those that have caught up get one framed buffer a turn of the event loop, all the same one. */
export class LiveReaders {
  #readers = new Set();
  #fresh = [];
  #isScheduled = false;
  #isDone = false;

  add(socket) {
    const reader = { socket, isLive: false };
    this.#readers.add(reader);
    socket.on('close', () => this.#readers.delete(reader));
    socket.setNoDelay(true);
    socket.write(HEAD);
    return reader;
  }

  tell(chunk) {
    if (this.#readers.size === 0) return;
    this.#fresh.push(chunk);
    this.#schedule();
  }

  done() {
    this.#isDone = true;
    this.#schedule();
  }

  /** From here on `reader` is told. What waits has been read by it, so it goes out to the others first. */
  join(reader) {
    if (this.#fresh.length > 0) this.#flush();
    reader.isLive = true;
    if (this.#isDone) this.#end(reader);
  }

  #schedule() {
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    setImmediate(() => {
      this.#isScheduled = false;
      this.#flush();
    });
  }

  #flush() {
    const fresh = this.#fresh;
    this.#fresh = [];
    if (fresh.length > 0 && this.#readers.size > 0) {
      const framed = frame(fresh);
      for (const { isLive, socket } of this.#readers) if (isLive) socket.write(framed);
    }
    if (this.#isDone) for (const reader of this.#readers) if (reader.isLive) this.#end(reader);
  }

  #end(reader) {
    this.#readers.delete(reader);
    reader.socket.write(LAST_CHUNK);
  }
}
