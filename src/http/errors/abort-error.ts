/** Whether an error only says that a consumer has left. A DOMException need not be an `Error` of this realm. */
export function isAbortError(error: unknown): boolean {
  return typeof error === 'object' && error !== null && 'name' in error && error.name === 'AbortError';
}
