/** The URL of the log that a page shows: what follows the `#` of its own. */
export const LOG_URL = decodeURIComponent(location.hash.slice(1));

/** Where a page shows it. */
export const CONTAINER = document.getElementById('log');

/** Says that the page has all of the log. */
export function noteWhole() {
  document.documentElement.dataset.whole = 'yes';
}

/** The bytes of the log, as they come. */
export async function* logChunks() {
  const { body } = await fetch(LOG_URL);
  const reader = body.getReader();
  for (let { value, done } = await reader.read(); !done; { value, done } = await reader.read()) yield value;
}
