import type { SearchQuery } from '../../search/log-search';
import { hasToken, request } from '../../shell/api';
import { copyText } from '../../shell/copy';
import { h } from '../../shell/h';
import { icon } from '../../shell/icon';
import { COPY_ICON, DOWNLOAD_ICON, LINK_ICON } from '../../shell/icon-paths';
import { streamPath } from '../../shell/root';
import { curlCommand, followCommand, linkOf } from './commands';
import { downloadMatches, downloadPlain, downloadRaw } from './downloads';
import { popup } from './popup';

export interface ShareMenuOptions {
  readonly id: string;
  /** Of the search, if there is one. */
  query(): SearchQuery | undefined;
  /** Says what has happened or failed. */
  say(sentence: string): void;
}

interface Item {
  readonly icon: string;
  readonly words: string;
  /** @returns what to say about it: of a download the browser says enough */
  run(): Promise<string | undefined>;
}

/** What can be taken away of a stream: downloads, and commands and links to copy. */
export function shareMenu(options: ShareMenuOptions): HTMLElement {
  const button = h(
    'button',
    { type: 'button', class: 'button', 'aria-label': 'Download and share', title: 'Download and share' },
    icon(DOWNLOAD_ICON),
  );
  return popup(button, {
    label: 'Download and share',
    content: (close) =>
      h('div', { class: 'menu' }, ...itemsOf(options).map((item) => itemButton(item, options, close))),
  });
}

function itemsOf({ id, query: queryNow }: ShareMenuOptions): Item[] {
  const query = queryNow();
  const download = (words: string, run: () => Promise<void>): Item => ({
    icon: 'download',
    words: `Download ${words}`,
    run: async () => {
      await run();
      return undefined;
    },
  });
  const copy = (words: string, text: () => string): Item => ({
    icon: words === 'link' ? LINK_ICON : COPY_ICON,
    words: `Copy ${words}`,
    run: async () => ((await copyText(text())) ? 'Copied.' : 'The browser does not allow it to copy.'),
  });
  return [
    download('raw log', () => downloadRaw(id)),
    download('plain text', () => downloadPlain(id)),
    ...(query === undefined ? [] : [download('matches', () => downloadMatches(id, query))]),
    copy('link', linkOf),
    ...(hasToken()
      ? [
          {
            icon: LINK_ICON,
            words: 'Copy link with access',
            run: async () =>
              (await import('./share-link')).shareLink({
                path: streamPath(id),
                send: request,
                copy: copyText,
              }),
          },
        ]
      : []),
    copy('curl command', () => curlCommand(id)),
    copy('stream follow command', () => followCommand(id)),
  ];
}

function itemButton(item: Item, { say }: ShareMenuOptions, close: () => void): HTMLElement {
  const run = async (): Promise<void> => {
    close();
    try {
      const sentence = await item.run();
      if (sentence !== undefined) say(sentence);
    } catch (error) {
      say(error instanceof Error ? error.message : String(error));
    }
  };
  return h(
    'button',
    { type: 'button', class: 'button quiet item', onclick: () => void run() },
    icon(item.icon),
    item.words,
  );
}
