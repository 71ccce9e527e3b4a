import type { Json } from '../wire/json';

type Piece = Uint8Array | string;

/** What an upload can send whole: such as a generator, a stream of Node, or a Web stream where those can be iterated over. */
export type UploadSource = Iterable<Piece> | AsyncIterable<Piece>;

/** The side of an upload to which a source writes. */
interface Sink {
  readonly done: Promise<number>;
  write(piece: Piece): Promise<void>;
  end(metadata?: Json): Promise<void>;
  stop(): void;
}

/** Writes all of `source` and ends. @throws the error of the upload or of `source` */
export async function sendAll(sink: Sink, source: UploadSource): Promise<number> {
  const pieces = iteratorOf(source);
  // If the upload fails while the source is quiet, this does not wait for the source.
  let interrupt: (error: unknown) => void = () => {};
  sink.done.catch((error) => interrupt(error));
  try {
    for (;;) {
      const { done, value } = await new Promise<IteratorResult<Piece, unknown>>((resolve, reject) => {
        interrupt = reject;
        Promise.resolve(pieces.next()).then(resolve, reject);
      });
      if (done) break;
      await sink.write(value);
    }
  } catch (error) {
    sink.stop();
    // A generator that waits closes after its next piece.
    Promise.resolve(pieces.return?.()).catch(() => {});
    throw error;
  }
  await sink.end();
  return sink.done;
}

export function toWritableStream(sink: Sink): WritableStream<Piece> {
  return new WritableStream<Piece>({
    start(controller) {
      sink.done.catch((error) => controller.error(error));
    },
    write: (piece) => sink.write(piece),
    async close() {
      await sink.end();
      await sink.done;
    },
    abort: () => sink.stop(),
  });
}

function iteratorOf(source: UploadSource): AsyncIterator<Piece, unknown> | Iterator<Piece, unknown> {
  if (Symbol.asyncIterator in source) return source[Symbol.asyncIterator]();
  return source[Symbol.iterator]();
}
