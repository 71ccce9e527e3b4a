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
  let ignore = (): void => {};
  let items: AsyncGenerator<T, void> | undefined;
  const iterator = {
    async next(): Promise<IteratorResult<T, void>> {
      if (items === undefined) {
        ignore = whenAborted(outer, (reason) => closing.abort(reason));
        items = run(closing.signal);
      }
      try {
        const result = await items.next();
        if (result.done) ignore();
        return result;
      } catch (error) {
        ignore();
        if (!isClosed) throw error;
        return { done: true, value: undefined };
      }
    },
    async return(): Promise<IteratorResult<T, void>> {
      isClosed = true;
      ignore();
      closing.abort();
      await items?.return();
      return { done: true, value: undefined };
    },
    [Symbol.asyncIterator]: () => iterator,
  };
  return iterator;
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
