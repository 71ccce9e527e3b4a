/** lmdb rejects with a general error and keeps the reason in a promise, which would count as unhandled if nobody asked for it. */
export async function commitErrorCause(error: unknown): Promise<unknown> {
  if (typeof error !== 'object' || error === null || !('commitError' in error)) return error;
  try {
    await error.commitError;
  } catch (cause) {
    return cause;
  }
  return error;
}
