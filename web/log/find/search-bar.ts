import { searchOf, writeAddress } from '../../address/page-address';
import { iconButton } from '../../shell/icon-button';
import { SEARCH_ICON } from '../../shell/icon-paths';
import type { Keys } from '../../shell/keys';
import { FindBar } from './find-bar';
import type { LogFinder } from './log-finder';

/** The bar of a search, with its keys. The address follows the query, so that it can be shared. */
export function searchBar(keys: Keys, finder: LogFinder): FindBar {
  const bar = new FindBar({
    search: (query) => {
      finder.search(query);
      writeAddress(searchOf(query), location.hash);
    },
    step: (by) => finder.step(by),
    filter: (isOn) => finder.filter(isOn),
    closed: () => {
      finder.search(undefined);
      writeAddress('', location.hash);
    },
  });
  keys.add(
    {
      keys: ['Ctrl+f', '/'],
      words: 'Search; a second Ctrl F is the browser\u2019s',
      // The browser's own search finds what the page does not show otherwise, such as metadata.
      run: () => (bar.hasFocus ? false : bar.open()),
    },
    { keys: ['n'], words: 'Next match', run: () => finder.step(1) },
    { keys: ['N'], words: 'Previous match', run: () => finder.step(-1) },
    { keys: ['Escape'], words: 'Close the search', run: () => bar.close() },
  );
  return bar;
}

export function searchButton(bar: FindBar): HTMLElement {
  return iconButton(SEARCH_ICON, 'Search', 'Ctrl F', () => bar.open());
}
