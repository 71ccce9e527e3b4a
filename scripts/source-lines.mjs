// Which lines of the sources each line of a bundle has. A source map says more, and takes 30 MiB and a fifth of a second to read.
const DIGITS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';

/**
 * @param map a source map, version 3
 * @returns {{sources: string[], lines: string[]}} per line of the bundle, from left to right: `column,source,line;…`, each from 0
 */
export function sourceLines({ sources, mappings }) {
  let [source, line] = [0, 0];
  const lines = mappings.split(';').map((segments) => {
    let column = 0;
    // What a line begins with may go on from the line before it.
    const found = [`0,${source},${line}`];
    for (const segment of segments === '' ? [] : segments.split(',')) {
      const [columns, sourcesOn, linesOn] = numbersOf(segment);
      column += columns;
      if (sourcesOn === undefined || (sourcesOn === 0 && linesOn === 0)) continue;
      source += sourcesOn;
      line += linesOn;
      found.push(`${column},${source},${line}`);
    }
    return found.join(';');
  });
  return { sources: sources.map((file) => file.replace(/^(?:\.\.\/)+/, '')), lines };
}

/** Numbers in base 64, the lowest five bits first; the lowest bit of all is the sign. */
function numbersOf(segment) {
  const numbers = [];
  let [value, shift] = [0, 0];
  for (const digit of segment) {
    const bits = DIGITS.indexOf(digit);
    value += (bits & 31) << shift;
    shift += 5;
    if (bits & 32) continue;
    numbers.push(value & 1 ? -(value >> 1) : value >> 1);
    [value, shift] = [0, 0];
  }
  return numbers;
}
