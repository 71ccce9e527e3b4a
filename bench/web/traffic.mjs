/** Counts the bytes that a page is sent, as they are on the wire: heads and compressed bodies. */
export class Traffic {
  #types = new Map();
  #bytes = new Map();

  static async of(session) {
    const traffic = new Traffic();
    session.on('Network.requestWillBeSent', ({ requestId, type }) => traffic.#types.set(requestId, type));
    session.on('Network.dataReceived', ({ requestId, encodedDataLength }) =>
      traffic.#set(requestId, (traffic.#bytes.get(requestId) ?? 0) + encodedDataLength),
    );
    session.on('Network.loadingFinished', ({ requestId, encodedDataLength }) =>
      traffic.#set(requestId, encodedDataLength),
    );
    await session.send('Network.enable');
    return traffic;
  }

  get scripts() {
    return this.#sum((id) => this.#types.get(id) === 'Script');
  }

  get all() {
    return this.#sum(() => true);
  }

  #set(requestId, bytes) {
    this.#bytes.set(requestId, bytes);
  }

  #sum(counts) {
    let sum = 0;
    for (const [id, bytes] of this.#bytes) if (counts(id)) sum += bytes;
    return sum;
  }
}
