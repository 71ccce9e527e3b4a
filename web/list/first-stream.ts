import { hasToken } from '../shell/api';
import { commandBox } from '../shell/copy';
import { h } from '../shell/h';
import { ROOT } from '../shell/root';

/** What a newcomer sees: how to send the first stream to this very server. It then appears in the list by itself. */
export function firstStream(): HTMLElement {
  const server = ROOT.href.replace(/\/$/, '');
  const token = hasToken() ? `-H "Authorization: Bearer $LOOM_TOKEN" ` : '';
  return h(
    'section',
    { class: 'empty', 'aria-labelledby': 'empty-title' },
    h('h1', { id: 'empty-title' }, 'No streams yet'),
    h('p', {}, 'Send the output of any command to this server. It appears here while it runs, and stays.'),
    h('h2', {}, 'With curl'),
    commandBox(`make 2>&1 | curl -T - ${token}${server}/stream/build-1`),
    h('h2', {}, 'With the stream command, which survives restarts and keeps the exit code'),
    commandBox(`stream run --id build-1 ${server} -- make`),
    h('p', { class: 'waiting' }, h('span', { class: 'pulse' }), 'Waiting for the first stream …'),
  );
}

/** The filter leaves nothing. */
export function noMatch(clear: () => void): HTMLElement {
  return h(
    'section',
    { class: 'empty none', 'aria-labelledby': 'empty-title' },
    h('h1', { id: 'empty-title' }, 'No stream matches'),
    h('p', {}, 'New ones that match appear here by themselves.'),
    h('button', { type: 'button', class: 'button', onclick: clear }, 'Show all streams'),
  );
}
