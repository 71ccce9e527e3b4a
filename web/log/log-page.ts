import { lineFragment, parseAddress, writeAddress } from '../address/page-address';
import type { LogSource } from '../lines/log-source';
import { copyText } from '../shell/copy';
import type { Frame } from '../shell/frame';
import { h } from '../shell/h';
import { keepPlace, placeBefore } from '../shell/reading-place';
import { ConnectionStrip } from './connection-strip';
import { CopyLines } from './copy-lines';
import { LogFinder } from './find/log-finder';
import { searchBar, searchButton } from './find/search-bar';
import { Follow } from './follow';
import { AnnotationMenu } from './head/annotation-menu';
import { downloadLine } from './head/downloads';
import { shareMenu } from './head/share-menu';
import { StreamHead } from './head/stream-head';
import { LineCursor } from './line-cursor';
import { LinkedLines } from './linked-lines';
import { LogActions } from './log-actions';
import { listenToClicks } from './log-clicks';
import { addLogKeys } from './log-keys';
import { LogView } from './log-view';
import { openAt } from './open-at';
import './css/log.css';
import './css/ansi.css';
import './css/stream-head.css';
import './css/popup.css';
import './css/log-frame.css';
import './css/find-bar.css';

const SAID_MS = 4_000;

/** Fills the page of one stream. */
export function openLogPage(frame: Frame, id: string, source: LogSource): void {
  const say = sayIn(frame);
  const view = new LogView({
    source,
    emphasisOf: (line) => emphasis(linked.includes(line), cursor.isAt(line), finder.isAt(line)),
    marksOf: (line) => finder.marksOf(line),
    onFrame: () => {
      follow.update();
      finder.reveal();
    },
    onEndReached: () => follow.endReached(),
  });
  const linked = new LinkedLines(view, (range) => writeAddress(location.search, lineFragment(range)));
  const follow = new Follow(view);
  const cursor = new LineCursor(view, () => follow.stop());
  const actions = new LogActions(view);
  const finder = new LogFinder({ id, view, bar: () => bar, moving: () => follow.stop() });
  const bar = searchBar(frame.keys, finder);
  const head = new StreamHead(source, id);
  const strip = new ConnectionStrip(source);
  new CopyLines(view, id, copyText, say);
  head.actions.append(
    new AnnotationMenu(source, (line) => cursor.moveTo(line)).element,
    searchButton(bar),
    ...actions.elements,
    shareMenu({ id, query: () => finder.query, say }),
  );
  frame.page.append(
    head.element,
    h(
      'div',
      { class: 'log-frame' },
      bar.element,
      h('div', { class: 'log-room' }, view.element, h('div', { class: 'log-foot' }, follow.button)),
      strip.element,
      strip.status,
    ),
  );
  addLogKeys(frame.keys, {
    view,
    cursor,
    follow,
    actions,
    link: (extend) => linked.link(cursor.line, extend),
  });
  keepPlace(() => (follow.isOn ? undefined : view.firstVisibleLine));
  listenToClicks(view, {
    number: (line, extend) => {
      follow.stop();
      cursor.set(line);
      linked.link(line, extend);
    },
    fold: (line) => {
      source.folds.toggle(line);
      view.refresh();
    },
    showAll: (line) => void view.showWhole(line).catch((error: Error) => say(error.message)),
    saveLine: (line) =>
      void downloadLine(id, line, source.facts?.generation).catch((error: Error) => say(error.message)),
  });
  const open = async (place?: number): Promise<void> => {
    const address = parseAddress(location);
    await openAt(address, { source, view, linked, follow, say }, place);
    // Its matches can be shown once the lines are counted.
    if (address.query !== undefined) bar.open(address.query);
  };
  window.addEventListener('hashchange', () => void open());
  void open(Number(placeBefore()));
}

function emphasis(isLinked: boolean, isAtCursor: boolean, isFound: boolean): string {
  return [isLinked && 'linked', isAtCursor && 'at-cursor', isFound && 'found'].filter(Boolean).join(' ');
}

/** It lies over the log, so that it goes away by itself. */
function sayIn({ notices }: Frame): (sentence: string) => void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  return (what) => {
    clearTimeout(timer);
    notices.show('log', { level: 'info', what });
    timer = setTimeout(() => notices.clear('log'), SAID_MS);
  };
}
