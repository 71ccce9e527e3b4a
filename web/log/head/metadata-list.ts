import { tagsOf } from '../../format/tags';
import { h } from '../../shell/h';

/** The metadata of a stream as a list of names and values. @returns undefined if it has none */
export function metadataList(metadata: unknown): HTMLElement | undefined {
  const tags = tagsOf(metadata);
  if (tags.length === 0) return undefined;
  const items = tags.map(({ key, value }) =>
    h('div', {}, h('dt', {}, key === '' ? 'metadata' : key), h('dd', { title: value }, value)),
  );
  return h('dl', { class: 'metadata', 'aria-label': 'Metadata' }, ...items);
}
