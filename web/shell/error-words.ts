import { ApiError } from './api-error';

/** One sentence for a person: why something could not be done. */
export function reasonOf(error: unknown): string {
  if (!(error instanceof ApiError)) return error instanceof Error ? error.message : String(error);
  if (error.status === 0) return 'The server cannot be reached.';
  if (error.status === 401) return 'This server needs a token.';
  if (error.status === 403) return `The token does not allow this: ${sentence(error.message)}`;
  if (error.status === 404 || error.status === 410) return sentence(error.message);
  if (error.status === 429) return `The server is busy: ${sentence(error.message)}`;
  if (error.status >= 500) return `The server failed (${error.status}): ${sentence(error.message)}`;
  return sentence(error.message);
}

function sentence(text: string): string {
  return /[.!?]$/.test(text) ? text : `${text}.`;
}
