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

/**
 * Which of the types in `named` an `Accept` header prefers to `otherwise`. Only the name itself counts for `named`, and no wildcard. Of
 * the same quality, one that is `named` wins, and of several of them the first. For example, `text/event-stream, text/*;q=0.5` prefers
 * `text/event-stream` to `text/plain`.
 * @returns `undefined` for `otherwise`
 */
export function preferredType<Type extends string>(
  accept: string,
  named: readonly Type[],
  otherwise: string,
): Type | undefined {
  const ranges = parse(accept);
  let preferred: Type | undefined;
  let best = 0;
  for (const type of named) {
    const exactly = ranges.filter((range) => range.type === type);
    const quality = Math.max(0, ...exactly.map((range) => range.quality));
    if (quality > best) [preferred, best] = [type, quality];
  }
  return best >= qualityOf(ranges, otherwise) ? preferred : undefined;
}

/**
 * Whether an `Accept` header names `type` and prefers nothing to it. For example, `text/html, text/*;q=0.8` prefers `text/html` to all
 * else, and `application/json, text/html;q=0.5` does not.
 */
export function prefersToAll(accept: string, type: string): boolean {
  const ranges = parse(accept);
  const quality = Math.max(0, ...ranges.filter((range) => range.type === type).map((range) => range.quality));
  return quality > 0 && ranges.every((range) => range.quality <= quality);
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
