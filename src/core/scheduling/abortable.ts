/** Calls `action` once when `signal` aborts: at once when it has aborted already. @returns removes the listener */
export function onAbort(signal: AbortSignal, action: () => void): () => void {
  if (signal.aborted) {
    action();
    return () => {};
  }
  signal.addEventListener('abort', action, { once: true });
  return () => signal.removeEventListener('abort', action);
}

/**
 * Waits for an event or an abort, whichever comes first.
 *
 * @param listen begins to listen and returns how to stop. It calls `resolve` at the event, not before it has returned. It is not
 *   called at all when the signal has aborted already
 * @throws the signal's reason
 */
export function abortable<T>(
  signal: AbortSignal,
  listen: (resolve: (value: T) => void) => () => void,
): Promise<T> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) return reject(signal.reason);
    const stop = (): void => {
      stopListening();
      removeAbort();
    };
    const stopListening = listen((value) => {
      stop();
      resolve(value);
    });
    const removeAbort = onAbort(signal, () => {
      stop();
      reject(signal.reason);
    });
  });
}
