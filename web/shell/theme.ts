import { h } from './h';
import { icon } from './icon';
import { AUTO_ICON, DARK_ICON, LIGHT_ICON } from './icon-paths';
import { readSetting, storeSetting } from './stored-setting';

const KEY = 'loom-theme';
const THEMES = ['auto', 'light', 'dark'] as const;
const WORDS = { auto: 'as the system', light: 'light', dark: 'dark' } as const;
const ICONS = { auto: AUTO_ICON, light: LIGHT_ICON, dark: DARK_ICON } as const;

/** `auto`: as the system has it. */
export type Theme = (typeof THEMES)[number];

export function storedTheme(): Theme {
  const stored = readSetting(KEY);
  return THEMES.find((theme) => theme === stored) ?? 'auto';
}

/** Sets the theme of the page. `tokens.css` does the rest. */
export function applyTheme(theme: Theme): void {
  if (theme === 'auto') delete document.documentElement.dataset['theme'];
  else document.documentElement.dataset['theme'] = theme;
}

/** The button that goes from one theme to the next. Other tabs follow. */
export function themeSwitch(): HTMLButtonElement {
  let theme = storedTheme();
  const button = h('button', { type: 'button', class: 'button quiet theme', onclick: () => change() });
  const show = (next: Theme): void => {
    theme = next;
    applyTheme(theme);
    const words = `Colours: ${WORDS[theme]}`;
    button.setAttribute('aria-label', words);
    button.title = words;
    button.replaceChildren(icon(ICONS[theme]));
  };
  const change = (): void => {
    show(THEMES[(THEMES.indexOf(theme) + 1) % THEMES.length] ?? 'auto');
    storeSetting(KEY, theme);
  };
  window.addEventListener('storage', ({ key }) => {
    if (key === KEY) show(storedTheme());
  });
  show(theme);
  return button;
}
