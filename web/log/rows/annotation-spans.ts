import type { AnnotationMarker } from '../../../src/markers/marker';
import { PLAIN, type Span, type Style } from '../../ansi/span';

const STRONG: Style = { bold: true };
const WORDS = { error: 'Error', warning: 'Warning', notice: 'Notice' } as const;

/** `::error file=a.c,line=7::message` as people read it. */
export function annotationSpans({ level, message, title, file, fileLine }: AnnotationMarker): Span[] {
  const place = file === undefined ? '' : fileLine === undefined ? file : `${file}:${fileLine}`;
  return [
    { text: `${title ?? WORDS[level]}: `, style: STRONG },
    { text: message, style: PLAIN },
    ...(place === '' ? [] : [{ text: `  ${place}`, style: PLAIN, kind: 'note' } as const]),
  ];
}
