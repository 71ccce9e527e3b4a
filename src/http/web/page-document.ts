import { isLogError } from '../../core/log/errors';
import { decodeSegment } from '../front/path-segment';
import type { PageFiles, WebPage } from './web-files';

/** Three lines of a log, in the colour of links. */
const ICON =
  'data:image/svg+xml,%3Csvg xmlns=%22http://www.w3.org/2000/svg%22 viewBox=%220 0 16 16%22%3E%3Cpath d=%22M2 4h12M2 8h8M2 12h10%22 stroke=%22%233b82f6%22 stroke-width=%222%22 stroke-linecap=%22round%22/%3E%3C/svg%3E';

const TITLES: Readonly<Record<WebPage, string>> = {
  list: 'Streams',
  stream: 'Stream',
  spy: 'Live streams',
  docs: 'HTTP interface',
};

const WITHOUT_SCRIPT: Readonly<Record<WebPage, string>> = {
  list: 'This page needs JavaScript. Without it, the list is JSON: curl gets it from this address.',
  stream: 'This page needs JavaScript. Without it, read <a href="?raw">the raw log</a>.',
  spy: 'This page needs JavaScript. Without it, the live streams are plain text: curl gets them from this address.',
  docs: 'This page needs JavaScript. Without it, read <a href="openapi.yaml">openapi.yaml</a>.',
};

/**
 * The HTML of a page. It has no data, so that it needs no token, and no URL in it is absolute, so that it works below any path.
 * @param path of the request, still percent-encoded
 */
export function pageDocument(page: WebPage, { script, styles }: PageFiles, path: string): string {
  const assets = `${'../'.repeat(path.split('/').length - 2)}assets/`;
  const links = styles.map((name) => `<link rel="stylesheet" href="${escapeHtml(assets + name)}">`);
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<title>${escapeHtml(titleOf(page, path))} – Loom</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<link rel="icon" href="${ICON}">
${links.join('\n')}
<script type="module" src="${escapeHtml(assets + script)}"></script>
</head>
<body>
<div id="app"></div>
<noscript><p>${WITHOUT_SCRIPT[page]}</p></noscript>
</body>
</html>
`;
}

function titleOf(page: WebPage, path: string): string {
  return (page === 'stream' && idIn(path)) || TITLES[page];
}

/** @returns `undefined` if it cannot be decoded: then the page shows the error of the API */
function idIn(path: string): string | undefined {
  try {
    return decodeSegment(path.split('/')[2] ?? '');
  } catch (error) {
    if (isLogError(error, 'LOG_ID_INVALID')) return undefined;
    throw error;
  }
}

function escapeHtml(text: string): string {
  return text.replaceAll(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
