const SVG = 'http://www.w3.org/2000/svg';

/** Lines in a box of 16 by 16. */
const PATHS = {
  product: 'M2 4h12M2 8h9M2 12h5M13 7v6m-2-2 2 2 2-2',
  auto: 'M8 2a6 6 0 1 0 0 12A6 6 0 0 0 8 2ZM8 2v12M10 4v8M12 6v4',
  light:
    'M8 5.2a2.8 2.8 0 1 0 0 5.6 2.8 2.8 0 0 0 0-5.6ZM8 1v1.6M8 13.4V15M1 8h1.6M13.4 8H15M3 3l1.2 1.2M11.8 11.8 13 13M3 13l1.2-1.2M11.8 4.2 13 3',
  dark: 'M13.5 9.6A6 6 0 1 1 6.4 2.5a4.8 4.8 0 0 0 7.1 7.1Z',
  copy: 'M5.5 5.5h8v8h-8zM10.5 5.5v-3h-8v8h3',
  check: 'm3 8.5 3.2 3L13 4.8',
  cross: 'm4 4 8 8M12 4l-8 8',
  question: 'M5.6 6a2.4 2.4 0 1 1 3.5 2.1C8.3 8.5 8 9 8 9.900M8 12.400v.1',
  pause: 'M5.5 3.500v9M10.5 3.500v9',
  play: 'M5 3.200v9.600L12.5 8Z',
  down: 'M8 3v9.500M4 8.800l4 4 4-4',
  up: 'M8 13V3.500M4 7.200l4-4 4 4',
  search: 'M7 2.500a4.5 4.5 0 1 0 0 9 4.5 4.5 0 0 0 0-9ZM10.3 10.3 14 14',
  download: 'M8 2.500v8M4.5 7.2 8 10.600l3.5-3.400M3 13.500h10',
  link: 'M6.7 9.300a2.6 2.6 0 0 0 3.7 0l2.4-2.400a2.6 2.6 0 0 0-3.7-3.700l-.8.8M9.3 6.700a2.6 2.6 0 0 0-3.7 0L3.2 9.100a2.6 2.6 0 0 0 3.7 3.700l.8-.8',
  wrap: 'M2 4h12M2 8h9.500a2.2 2.2 0 0 1 0 4.400H8.500m1.8-1.8-1.8 1.8 1.8 1.800M2 12h3',
  running: 'M13.5 8A5.5 5.5 0 1 1 8 2.5',
  stopped: 'M8 2.5a5.5 5.5 0 1 0 0 11 5.5 5.5 0 0 0 0-11ZM4.2 4.2l7.6 7.6',
  clock: 'M8 2a6 6 0 1 0 0 12A6 6 0 0 0 8 2ZM8 4.800V8l2.200 1.600',
  fold: 'M2 3.500h12M5 8h9M5 12.500h9M1.500 7l1.200 1.200L3.900 7',
  more: 'M3.5 8h.01M8 8h.01M12.5 8h.01',
} as const;

/** The name of a picture that a button may have. */
export type IconName = keyof typeof PATHS;

/** A picture for a button. It has no words: the button names itself. */
export function icon(name: IconName): SVGSVGElement {
  const svg = document.createElementNS(SVG, 'svg');
  for (const [key, value] of Object.entries({ class: 'icon', viewBox: '0 0 16 16', 'aria-hidden': 'true' }))
    svg.setAttribute(key, value);
  const path = document.createElementNS(SVG, 'path');
  path.setAttribute('d', PATHS[name]);
  svg.append(path);
  return svg;
}
