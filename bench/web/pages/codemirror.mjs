// The whole log in an editor that is read only: the first chunk at once, the rest in large pieces.
import './page.css';
import { defaultKeymap } from '@codemirror/commands';
import { search, searchKeymap } from '@codemirror/search';
import { EditorState } from '@codemirror/state';
import { EditorView, keymap, lineNumbers } from '@codemirror/view';
import { CONTAINER, logChunks, noteWhole } from './the-log.mjs';

const PIECE_LENGTH = 4_000_000;

const view = new EditorView({
  parent: CONTAINER,
  state: EditorState.create({
    extensions: [
      lineNumbers(),
      search(),
      keymap.of([...searchKeymap, ...defaultKeymap]),
      EditorState.readOnly.of(true),
      EditorView.theme({ '&': { height: '100%', fontSize: '12px' } }, { dark: true }),
    ],
  }),
});

const decoder = new TextDecoder();
let piece = '';
for await (const chunk of logChunks()) {
  piece += decoder.decode(chunk, { stream: true });
  if (view.state.doc.length === 0 || piece.length >= PIECE_LENGTH) flush();
}
flush();
noteWhole();

function flush() {
  view.dispatch({ changes: { from: view.state.doc.length, insert: piece } });
  piece = '';
}
