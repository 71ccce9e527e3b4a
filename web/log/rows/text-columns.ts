import { h } from '../../shell/h';

const PROBE_LENGTH = 100;

/** How many characters of a row fit in the width of the log, as the style sheets are at this moment. */
export function columnsIn(log: HTMLElement): number {
  const text = h('span', { class: 'text' }, '0'.repeat(PROBE_LENGTH));
  const row = h(
    'div',
    { class: 'row probe' },
    h('a', { class: 'number' }),
    h('span', { class: 'time' }),
    text,
  );
  log.append(row);
  const { left, width } = text.getBoundingClientRect();
  const space = log.clientWidth - (left - row.getBoundingClientRect().left);
  row.remove();
  return width === 0 ? 0 : Math.floor((space * PROBE_LENGTH) / width);
}

/** Characters that are two columns wide in most typefaces. */
const WIDE = /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]/g;

/** How many columns a text takes in most typefaces. */
export function columnsOf(text: string): number {
  return text.length + (text.match(WIDE)?.length ?? 0);
}
