import { openDialog } from './dialog';
import { h } from './h';

/** Asks for a token. @returns `undefined` if the person closes the dialog */
export function askForToken(isRefused: boolean): Promise<string | undefined> {
  const field = h('input', {
    class: 'field',
    id: 'token',
    // A password manager may keep it; the page never shows it.
    type: 'password',
    autocomplete: 'current-password',
    required: true,
    'aria-describedby': 'token-words',
  });
  const form = h(
    'form',
    { method: 'dialog' },
    h('h2', { id: 'token-title' }, isRefused ? 'The server refused this token' : 'This server needs a token'),
    h('p', { id: 'token-words' }, 'It stays in this tab and is forgotten when you close it.'),
    h('label', { for: 'token', class: 'unseen' }, 'Token'),
    field,
    h(
      'div',
      { class: 'actions' },
      h('button', { type: 'button', class: 'button', onclick: () => dialog.close() }, 'Cancel'),
      h('button', { type: 'submit', class: 'button main' }, 'Use it'),
    ),
  );
  let token: string | undefined;
  form.addEventListener('submit', () => {
    token = field.value.trim() || undefined;
  });
  const { dialog, closed } = openDialog(form, 'token-title');
  field.focus();
  return closed.then(() => token);
}
