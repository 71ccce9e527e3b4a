import type { AnnotationLevel, Marker, OpenMarker } from './marker';

const NONE: readonly Marker[] = [];
const MAX_MARKERS = 16;
const MAX_TEXT = 500;
const ESC = String.raw`\u001b`;

/** A time before a marker: that of Buildkite in an APC, that of GitHub, or that of GitLab with the number and kind of its output. */
export const MARKER_PREFIX =
  String.raw`(?:${ESC}_bk;t=\d{1,16}\u0007)?` +
  String.raw`(?:\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:Z|[+\-]\d\d:?\d\d)? (?:[\da-f]{2}[OE][ +]?)?)?` +
  String.raw`(?:${ESC}\[0?K)?`;
const GITHUB = String.raw`[ \t]*(?:::(?:group|endgroup)::|::(?:error|warning|notice)(?: [^\r\n]*?)?::|##\[(?:group|endgroup|error|warning|notice)\])`;
const GITLAB = String.raw`section_(?:start|end):\d{1,16}:`;
const BUILDKITE = String.raw`(?:---|\+\+\+|~~~) \S|\^\^\^ \+\+\+\s*$`;

/** Finds the lines that may have markers, on the server: a regular expression for `/matches`. */
export const MARKER_PATTERN = `^${MARKER_PREFIX}(?:${GITHUB}|${GITLAB}|${BUILDKITE})`;

const PREFIXED = new RegExp(`^${MARKER_PREFIX}`, 'u');
const COMMAND = /^[ \t]*::(group|endgroup|error|warning|notice)(?: ([^\r\n]*?))?::(.*)$/su;
const BRACKETED = /^[ \t]*##\[(group|endgroup|error|warning|notice)\](.*)$/su;
const SECTION = new RegExp(
  String.raw`^(?:${ESC}\[0?K)?section_(start|end):(\d{1,16}):([\w.\-]{1,200})(?:\[([^\]]{0,200})\])?(?:\r(?:${ESC}\[0?K)?|$)`,
  'u',
);
const HEADING = /^(---|\+\+\+|~~~) (\S.*)$/su;
/** What Go's tests and the diffs of git and others write is not meant as a heading. */
const NOT_A_HEADING = /^--- (?:FAIL|PASS|SKIP|BENCH): |^(?:---|\+\+\+) (?:[ab]\/|\/dev\/null|.*\t\d{4}-)/u;

/**
 * What a line says about folds and annotations: only what GitHub, GitLab and Buildkite define, at its begin or behind a time.
 * @param line without its LF
 */
export function markersOf(line: string): readonly Marker[] {
  const text = line.slice(PREFIXED.exec(line)?.[0].length ?? 0).replace(/\r$/u, '');
  const first = text.trimStart().charAt(0);
  if (first === ':' || first === '#') return gitHubMarkers(text);
  if (first === 's') return gitLabMarkers(text);
  return '-+~^'.includes(first) && first !== '' ? buildkiteMarkers(text) : NONE;
}

function gitHubMarkers(text: string): readonly Marker[] {
  const command = COMMAND.exec(text);
  const [, name = '', properties = '', message = ''] = command ?? [];
  if (command !== null) return [gitHubMarker(name, message, properties)];
  const bracketed = BRACKETED.exec(text);
  return bracketed === null ? NONE : [gitHubMarker(bracketed[1] ?? '', bracketed[2] ?? '', '')];
}

function gitHubMarker(name: string, text: string, properties: string): Marker {
  const message = text.slice(0, MAX_TEXT);
  if (name === 'group') return { kind: 'open', family: 'github', title: message, collapsed: true };
  if (name === 'endgroup') return { kind: 'close', family: 'github' };
  const { title, file, line } = propertiesOf(properties.slice(0, 2 * MAX_TEXT));
  return {
    kind: 'annotation',
    level: name as AnnotationLevel,
    message: decoded(message),
    ...(title !== undefined && { title }),
    ...(file !== undefined && { file }),
    ...(line !== undefined && /^\d{1,9}$/u.test(line) && { fileLine: Number(line) }),
  };
}

function propertiesOf(text: string): Partial<Record<string, string>> {
  const pairs = text.split(',').map((pair) => /^\s*(\w+)=(.*)$/su.exec(pair));
  return Object.fromEntries(
    pairs.flatMap((pair) => (pair === null ? [] : [[pair[1], decoded(pair[2] ?? '')]])),
  );
}

/** What `@actions/core` escapes. */
function decoded(text: string): string {
  return text.replace(/%(0D|0A|3A|2C|25)/giu, (_, code) => String.fromCharCode(Number.parseInt(code, 16)));
}

/** Several may follow each other: a section ends where the next begins. The text behind the last is its heading. */
function gitLabMarkers(line: string): readonly Marker[] {
  const found: Marker[] = [];
  let text = line;
  while (found.length < MAX_MARKERS) {
    const match = SECTION.exec(text);
    if (match === null) break;
    const [all, kind, seconds, name = '', options = ''] = match;
    text = text.slice(all.length);
    const time = Number(seconds);
    if (kind === 'end') found.push({ kind: 'close', family: 'gitlab', name, time });
    else {
      const collapsed = options.split(',').includes('collapsed=true');
      found.push({ kind: 'open', family: 'gitlab', title: name, collapsed, name, time });
    }
  }
  const last = found.at(-1);
  if (last?.kind === 'open' && text.trim() !== '') found[found.length - 1] = titled(last, text);
  return found;
}

/** GitLab writes the time once more before a heading. */
function titled(marker: OpenMarker, title: string): OpenMarker {
  return { ...marker, title: title.replace(PREFIXED, '').slice(0, MAX_TEXT) };
}

function buildkiteMarkers(text: string): readonly Marker[] {
  if (/^\^\^\^ \+\+\+\s*$/u.test(text)) return [{ kind: 'expand', family: 'buildkite' }];
  const [, dashes, heading = ''] = HEADING.exec(text) ?? [];
  if (dashes === undefined || NOT_A_HEADING.test(text)) return NONE;
  return [
    {
      kind: 'open',
      family: 'buildkite',
      title: heading.slice(0, MAX_TEXT),
      collapsed: dashes !== '+++',
      ...(dashes === '~~~' && { muted: true }),
    },
  ];
}
