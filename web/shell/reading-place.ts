import { storageOfTab } from './api';

/** A few bytes for each page that the tab has shown. */
const KEY = `loom.place ${location.pathname}`;

/** Keeps where the reader is when the page is left. @param read undefined if that is where the page opens */
export function keepPlace(read: () => string | number | undefined): void {
  // Not in the entry of the history: a browser that reloads ignores what is written there by then.
  window.addEventListener('pagehide', () => storageOfTab().setItem(KEY, `${read() ?? ''}`));
}

/** Where the reader was, after a reload or on the way back; empty if that is where the page opens. */
export function placeBefore(): string {
  const [navigation] = performance.getEntriesByType('navigation') as PerformanceNavigationTiming[];
  return navigation?.type === 'navigate' ? '' : (storageOfTab().getItem(KEY) ?? '');
}
