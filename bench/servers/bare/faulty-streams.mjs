import { RawStream } from './raw-stream.mjs';

const LATE_MS = 400;

/** Wrong on purpose, to show that the benchmark refuses it: one stream in eight lacks its last chunk. */
export class LossyStream extends RawStream {
  #isLossy;

  constructor({ id }) {
    super();
    this.#isLossy = id.endsWith('7');
  }

  end(confirm) {
    if (this.#isLossy) this.chunks.pop();
    super.end(confirm);
  }
}

/** Ends its process when it is read. */
export class DyingStream extends RawStream {
  consume() {
    process.exit(1);
  }
}

/** Confirms what can be read only later. */
export class LateStream extends RawStream {
  end(confirm) {
    const chunks = this.chunks;
    this.chunks = [];
    setTimeout(() => {
      this.chunks = chunks;
      super.end(() => {});
    }, LATE_MS);
    confirm();
  }
}
