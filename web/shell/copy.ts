import { h } from './h';
import { icon } from './icon';
import { CHECK_ICON, COPY_ICON, CROSS_ICON } from './icon-paths';

const FEEDBACK_MS = 1_500;

/** @returns whether the text is in the clipboard now */
export async function copyText(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    // Without HTTPS there is no clipboard, except on localhost.
    return copySelected(text);
  }
}

function copySelected(text: string): boolean {
  const area = h('textarea', { class: 'unseen', readonly: true, 'aria-hidden': 'true' });
  area.value = text;
  const focused = document.activeElement;
  document.body.append(area);
  area.select();
  const isCopied = document.execCommand('copy');
  area.remove();
  if (focused instanceof HTMLElement) focused.focus();
  return isCopied;
}

/** A button that copies, and shows for a moment whether it did. Its size stays the same. */
export function copyButton(words: string, text: () => string, style = 'quiet'): HTMLButtonElement {
  const status = h('span', { class: 'unseen', role: 'status' });
  const button = h('button', {
    type: 'button',
    class: `button ${style}`,
    title: words,
    'aria-label': words,
    onclick: () => void copy(),
  });
  let timer = 0;
  const show = (picture: string, said: string): void => {
    status.textContent = said;
    button.replaceChildren(icon(picture), status);
  };
  const copy = async (): Promise<void> => {
    const isCopied = await copyText(text());
    if (isCopied) show(CHECK_ICON, 'Copied');
    else show(CROSS_ICON, 'The browser does not allow it');
    clearTimeout(timer);
    timer = window.setTimeout(() => show(COPY_ICON, ''), FEEDBACK_MS);
  };
  show(COPY_ICON, '');
  return button;
}

/** A command in a box, with a button that copies it. */
export function commandBox(command: string): HTMLElement {
  return h(
    'div',
    { class: 'command' },
    h('pre', { tabindex: 0, role: 'group', 'aria-label': 'Command' }, command),
    copyButton('Copy the command', () => command),
  );
}
