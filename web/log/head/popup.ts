import { h } from '../../shell/h';

const GAP_PX = 4;

/** A button that opens a panel below itself. The browser closes it on Escape and on a click elsewhere. */
export function popup(
  button: HTMLButtonElement,
  { label, content }: { readonly label: string; content(close: () => void): Node },
): HTMLElement {
  const panel = h('div', { class: 'popup', popover: 'auto', role: 'group', 'aria-label': label });
  button.setAttribute('aria-haspopup', 'true');
  button.setAttribute('aria-expanded', 'false');
  button.popoverTargetElement = panel;
  panel.addEventListener('beforetoggle', (event) => {
    if ((event as ToggleEvent).newState !== 'open') return;
    panel.replaceChildren(content(() => panel.hidePopover()));
  });
  panel.addEventListener('toggle', (event) => {
    const isOpen = (event as ToggleEvent).newState === 'open';
    button.setAttribute('aria-expanded', String(isOpen));
    if (isOpen) placeBelow(panel, button);
  });
  return h('div', { class: 'popup-host' }, button, panel);
}

function placeBelow(panel: HTMLElement, button: HTMLElement): void {
  const { bottom, right } = button.getBoundingClientRect();
  const left = Math.max(GAP_PX, Math.min(right, innerWidth - GAP_PX) - panel.offsetWidth);
  panel.style.top = `${bottom + GAP_PX}px`;
  panel.style.left = `${left}px`;
  panel.style.maxHeight = `${innerHeight - bottom - 2 * GAP_PX}px`;
}
