import { whenAborted } from './when-aborted';

/**
 * Iterates over what `run` yields. A generator that waits would run its `return` only after its next item: this iterator aborts the
 * signal of `run` first, so that its connection closes at once.
 */
export function closable<T>(
  outer: AbortSignal | undefined,
  run: (signal: AbortSignal) => AsyncGenerator<T, void>,
): AsyncIterableIterator<T, void> {
  const closing = new AbortController();
  let isClosed = false;
  const items = guarded();
  const iterator = {
    next: () => items.next(),
    return: () => {
      isClosed = true;
      closing.abort();
      return items.return();
    },
    [Symbol.asyncIterator]: () => iterator,
  };
  return iterator;

  async function* guarded(): AsyncGenerator<T, void> {
    const ignore = whenAborted(outer, (reason) => closing.abort(reason));
    try {
      yield* run(closing.signal);
    } catch (error) {
      if (!isClosed) throw error;
    } finally {
      ignore();
    }
  }
}

/** A Web stream of the items. It reads nothing ahead. */
export function toWebStream<T>(items: AsyncIterable<T>): ReadableStream<T> {
  const iterator = items[Symbol.asyncIterator]();
  return new ReadableStream<T>(
    {
      async pull(controller) {
        const { done, value } = await iterator.next();
        if (done) controller.close();
        else controller.enqueue(value);
      },
      async cancel() {
        await iterator.return?.();
      },
    },
    { highWaterMark: 0 },
  );
}
