/** One member of an `Accept` header, such as `text/*;q=0.5` (RFC 9110, 12.5.1). */
interface MediaRange {
  readonly type: string;
  /** 0 to 1; 0 is a refusal. */
  readonly quality: number;
}

/** A comma or semicolon in a quoted parameter separates nothing. */
const MEMBER = /(?:[^,"]|"(?:[^"\\]|\\.)*"?)+/g;
const QUALITY = /;[ \t]*q[ \t]*=[ \t]*(0(?:\.\d*)?|1(?:\.0*)?)[ \t]*(?:;|$)/i;
const QUOTED = /"(?:[^"\\]|\\.)*"?/g;

/**
 * Whether a client prefers a type that must be asked for by its name to the one that it gets otherwise. A wildcard does not ask for it.
 * For example, `text/event-stream, text/*;q=0.5` does. If both have the same quality, the client gets what it named.
 */
export function prefers(accept: string, named: string, otherwise: string): boolean {
  const ranges = parse(accept);
  const exactly = ranges.filter(({ type }) => type === named);
  const wish = Math.max(0, ...exactly.map(({ quality }) => quality));
  return wish > 0 && wish >= qualityOf(ranges, otherwise);
}

/** The most specific range counts. */
function qualityOf(ranges: readonly MediaRange[], type: string): number {
  const [main] = type.split('/', 1);
  for (const pattern of [type, `${main}/*`, '*/*']) {
    const matching = ranges.filter((range) => range.type === pattern);
    if (matching.length > 0) return Math.max(...matching.map(({ quality }) => quality));
  }
  return 0;
}

function parse(accept: string): readonly MediaRange[] {
  return (accept.match(MEMBER) ?? []).map((member) => {
    const [type = ''] = member.split(';', 1);
    const quality = QUALITY.exec(member.replaceAll(QUOTED, '""'))?.[1];
    return { type: type.trim().toLowerCase(), quality: quality === undefined ? 1 : Number(quality) };
  });
}
