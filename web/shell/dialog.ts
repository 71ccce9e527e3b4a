import { h } from './h';

/** A dialog on the screen, and its end. */
interface OpenedDialog {
  readonly dialog: HTMLDialogElement;
  readonly closed: Promise<void>;
}

/** Opens a modal dialog, which is removed when it is closed. The browser keeps the focus inside and returns it afterwards. */
export function openDialog(content: Node, labelledBy: string): OpenedDialog {
  const dialog = h('dialog', { class: 'dialog', 'aria-labelledby': labelledBy }, content);
  const closed = new Promise<void>((resolve) => {
    dialog.addEventListener('close', () => resolve());
  });
  dialog.addEventListener('close', () => dialog.remove());
  // A click on the backdrop.
  dialog.addEventListener('pointerdown', (event) => {
    if (event.target === dialog && !isInside(event, dialog)) dialog.close();
  });
  document.body.append(dialog);
  dialog.showModal();
  return { dialog, closed };
}

function isInside({ clientX, clientY }: PointerEvent, element: Element): boolean {
  const { left, right, top, bottom } = element.getBoundingClientRect();
  return clientX >= left && clientX <= right && clientY >= top && clientY <= bottom;
}
