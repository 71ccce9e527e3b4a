import type { FoundLine } from '../../../core/search/found-line';

/**
 * A match as JSON.
 * @param hasContext whether the lines around it were asked for
 */
export function foundLineJson(found: FoundLine, hasContext: boolean): object {
  const { line, offset, at, text, isCut, places, before, after } = found;
  return {
    line,
    offset,
    time: at === undefined ? null : new Date(at).toISOString(),
    text,
    ...(isCut && { cut: true }),
    at: places,
    ...(hasContext && { context: { before, after } }),
  };
}
