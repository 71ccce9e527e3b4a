import { openDialog } from './dialog';
import { h } from './h';
import type { KeyBinding } from './keys';

const LABELS: Readonly<Record<string, string>> = {
  ArrowDown: '↓',
  ArrowUp: '↑',
  PageDown: 'Page ↓',
  PageUp: 'Page ↑',
  Escape: 'Esc',
  ' ': 'Space',
};

/** The dialog of `?`: what each key does. */
export function openKeyHelp(bindings: readonly KeyBinding[]): void {
  const rows = bindings.flatMap(({ keys, words }) => [
    h('dt', {}, ...keys.flatMap((key, at) => [at > 0 ? ' ' : '', h('kbd', { class: 'kbd' }, labelOf(key))])),
    h('dd', {}, words),
  ]);
  const content = h(
    'form',
    { method: 'dialog' },
    h('h2', { id: 'key-title' }, 'Keys'),
    h('dl', {}, ...rows),
    h('div', { class: 'actions' }, h('button', { class: 'button', autofocus: true }, 'Close')),
  );
  openDialog(content, 'key-title');
}

function labelOf(key: string): string {
  if (key.startsWith('Ctrl+')) return `Ctrl ${key.slice('Ctrl+'.length).toUpperCase()}`;
  return LABELS[key] ?? key;
}
