import { withSymbols } from '../ansi/control-symbols';

/** One member of the metadata, for a small label. */
export interface Tag {
  /** Empty if the metadata is not an object. */
  readonly key: string;
  readonly value: string;
}

const TAGS_MAX = 8;
const LENGTH_MAX = 80;
/** They are shown as the verdict. */
const JUDGED = ['exitCode', 'signal'];

/** The first members of the metadata, cut to a length that fits a label. */
export function tagsOf(metadata: unknown): Tag[] {
  if (metadata === null || metadata === undefined) return [];
  if (typeof metadata !== 'object' || Array.isArray(metadata)) return [{ key: '', value: shownAs(metadata) }];
  return Object.entries(metadata)
    .filter(([key]) => !JUDGED.includes(key))
    .slice(0, TAGS_MAX)
    .map(([key, value]) => ({ key: cut(key), value: shownAs(value) }));
}

function shownAs(value: unknown): string {
  return cut(typeof value === 'string' ? value : (JSON.stringify(value) ?? ''));
}

function cut(whole: string): string {
  const text = withSymbols(whole);
  return text.length > LENGTH_MAX ? `${text.slice(0, LENGTH_MAX)}…` : text;
}
