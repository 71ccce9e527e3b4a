import { takeTokenFromAddress } from './api';
import { h } from './h';
import { icon } from './icon';
import { iconButton } from './icon-button';
import { PRODUCT_ICON, QUESTION_ICON } from './icon-paths';
import { openKeyHelp } from './key-help';
import { Keys } from './keys';
import { Notices } from './notices';
import { urlOf } from './root';
import { themeSwitch } from './theme';

/** The parts of a page that it fills. */
export interface Frame {
  /** In the bar, on the right. */
  readonly controls: HTMLElement;
  /** Below the bar: the rest of the window. */
  readonly page: HTMLElement;
  readonly notices: Notices;
  readonly keys: Keys;
}

/** The links of the bar. */
const LINKS = [
  { page: 'list', path: '', words: 'Streams' },
  { page: 'spy', path: 'spy', words: 'Spy' },
] as const;

/** Builds the bar and the empty page. Takes over the token of the address first, before anything is requested. */
export function openFrame(current: 'list' | 'stream' | 'spy' | 'docs'): Frame {
  takeTokenFromAddress();
  const notices = new Notices();
  const keys = new Keys();
  const controls = h('div', { class: 'controls' });
  const page = h('main', { class: 'page', id: 'page', tabindex: -1 });
  const help = (): void => openKeyHelp(keys.bindings);
  keys.add({ keys: ['?'], words: 'Show these keys', run: help });
  const app = document.getElementById('app') ?? document.body;
  app.classList.add('frame');
  app.append(
    h(
      'a',
      { class: 'button skip', href: '#page', onclick: (event: Event) => skip(event, page) },
      'Skip to the content',
    ),
    h(
      'header',
      { class: 'bar' },
      productLink(),
      navigation(current),
      controls,
      themeSwitch(),
      helpButton(help),
    ),
    page,
    notices.element,
  );
  return { controls, page, notices, keys };
}

function productLink(): HTMLElement {
  return h(
    'a',
    { class: 'product', href: urlOf('').href, 'aria-label': 'Loom' },
    icon(PRODUCT_ICON),
    h('span', {}, 'Loom'),
  );
}

function navigation(current: string): HTMLElement {
  const links = LINKS.map(({ page, path, words }) =>
    h('a', { href: urlOf(path).href, 'aria-current': page === current && 'page' }, words),
  );
  return h('nav', { 'aria-label': 'Pages' }, ...links);
}

function helpButton(help: () => void): HTMLElement {
  const button = iconButton(QUESTION_ICON, 'Keys', '?', help);
  button.classList.add('key-help');
  return button;
}

/** The fragment of the address belongs to the log, so that it is not changed here. */
function skip(event: Event, page: HTMLElement): void {
  event.preventDefault();
  page.focus();
}
