/** What is measured of each target, in the order of the table. Less is better in all of them. `bound`: what it is meant to be at most. */
export const FIGURES = {
  script: { what: 'scripts on the wire', unit: 'kB' },
  firstLine: { what: 'first line on the screen', unit: 'ms' },
  lastLine: { what: 'last line on the screen, after `End`', unit: 'ms' },
  link: { what: 'a link to the last line shows it', unit: 'ms' },
  loadCpu: { what: 'CPU of the main thread until the last line', unit: 'ms' },
  sent: { what: 'bytes on the wire until the last line', unit: 'kB' },
  frame: { what: 'CPU of the main thread per frame of a fling', unit: 'ms' },
  heap: { what: 'JavaScript heap after a collection', unit: 'MB' },
  memory: { what: 'memory of the page’s process', unit: 'MB' },
  rows: { what: 'lines in the document', unit: '' },
  elements: { what: 'elements in the document', unit: '' },
  search: { what: 'CPU of a search, page and server', unit: 'ms' },
  lag: { what: 'from the producer to the screen at 20,000 lines per second, p95', unit: 'ms', bound: 500 },
};
