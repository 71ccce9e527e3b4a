import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { VIEWERS } from '../harness/home.mjs';
import { peerPackage } from '../harness/missing.mjs';

/**
 * Ways to show a log in a browser:
 * `rows` selects the elements that have the text of a line each; `end` are the keys that go to the last line, none where it is shown as it
 * comes; `isWindowed` says that the page need not have the whole log before that.
 */
export const TARGETS = {
  loom: {
    title: 'Loom',
    isWindowed: true,
    rows: '.list-layer > *',
    end: 'End',
    needs: [],
    urlOf: ({ logUrl }) => logUrl,
    urlOfLine: ({ logUrl }, line) => `${logUrl}#L${line}`,
    urlOfOpen: (url) => url,
  },
  xterm: peer('xterm', '@xterm/xterm', { title: 'xterm.js', rows: '.xterm-rows > div' }),
  codemirror: peer('codemirror', '@codemirror/view', {
    ...{ title: 'CodeMirror', rows: '.cm-line', end: 'Control+End' },
  }),
  logviewer: peer('logviewer', '@melloware/react-logviewer', {
    ...{ title: 'react-logviewer', rows: '.react-lazylog .log-content', end: 'End' },
  }),
};

/** The version of what a target shows a log with; that of Loom is the commit. */
export function versionOf({ packageName }) {
  if (packageName === undefined) return undefined;
  const { version } = JSON.parse(
    readFileSync(join(VIEWERS, 'node_modules', packageName, 'package.json'), 'utf8'),
  );
  return version;
}

function peer(page, packageName, target) {
  return {
    ...target,
    ...{ page, packageName, needs: [peerPackage(packageName, VIEWERS)] },
    urlOf: ({ logUrl, pageOrigin }) => `${pageOrigin}/${page}#${encodeURIComponent(logUrl)}`,
  };
}
