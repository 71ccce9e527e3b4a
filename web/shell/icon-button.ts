import { h } from './h';
import { icon } from './icon';

/** A button with a picture, which does the same as a key. */
export function iconButton(
  picture: string,
  words: string,
  key: string,
  onclick: () => void,
): HTMLButtonElement {
  const button = h('button', { type: 'button', class: 'button quiet', onclick }, icon(picture));
  nameButton(button, words, key);
  return button;
}

export function nameButton(button: HTMLElement, words: string, key: string): void {
  button.setAttribute('aria-label', words);
  button.title = `${words} (${key})`;
}
