/** One member of an `Accept` header, such as `text/*;q=0.5` (RFC 9110, 12.5.1). */
interface MediaRange {
  readonly type: string;
  /** 0 to 1; 0 is a refusal. */
  readonly quality: number;
}

/** A comma or semicolon in a quoted parameter is no separator. */
const MEMBER = /(?:[^,"]|"(?:[^"\\]|\\.)*"?)+/g;
const QUALITY = /;[ \t]*q[ \t]*=[ \t]*(0(?:\.\d*)?|1(?:\.0*)?)[ \t]*(?:;|$)/i;
const QUOTED = /"(?:[^"\\]|\\.)*"?/g;

/** Whether an `Accept` header prefers `named`, by its own name and no wildcard, to `otherwise`, or has the same quality for both. */
export function prefers(accept: string, named: string, otherwise: string): boolean {
  const ranges = parse(accept);
  const exactly = ranges.filter(({ type }) => type === named);
  const quality = Math.max(0, ...exactly.map((range) => range.quality));
  return quality > 0 && quality >= qualityOf(ranges, otherwise);
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
