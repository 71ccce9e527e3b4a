const FONT = 'ui-monospace, SFMono-Regular, Menlo, Consolas, monospace';
const SIZE = { width: 760, line: 20, left: 16, top: 44, bottom: 18, font: 14 };
const BACKGROUND = '#0d1117';
const TEXT = '#e6edf3';
const PROMPT = '#7ee787';
const BUTTONS = ['#ff5f57', '#febc2e', '#28c840'];
/** The twelve colours of `/spy`, as terminals show them. */
const COLORS = {
  31: '#ff7b72',
  32: '#56d364',
  33: '#e3b341',
  34: '#79c0ff',
  35: '#d2a8ff',
  36: '#39c5cf',
  91: '#ffa198',
  92: '#7ee787',
  93: '#f2cc60',
  94: '#a5d6ff',
  95: '#e2c5ff',
  96: '#56d4dd',
};

/**
 * An SVG of a terminal: a command and what it printed.
 * @param output with SGR sequences of the colours above, and no others
 */
export function drawTerminal(command, output) {
  const lines = output.replace(/\n$/, '').split('\n');
  const height = SIZE.top + (lines.length + 1) * SIZE.line + SIZE.bottom;
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${SIZE.width} ${height}" font-family="${FONT}" font-size="${SIZE.font}" fill="${TEXT}">
<title>${escaped(command)}</title>
<rect width="${SIZE.width}" height="${height}" rx="10" fill="${BACKGROUND}"/>
${BUTTONS.map((color, place) => `<circle cx="${20 + 20 * place}" cy="18" r="6" fill="${color}"/>`).join('\n')}
${row(0, `<tspan fill="${PROMPT}">$</tspan> ${escaped(command)}`)}
${lines.map((line, number) => row(number + 1, painted(line))).join('\n')}
</svg>
`;
}

function row(number, content) {
  return `<text x="${SIZE.left}" y="${SIZE.top + number * SIZE.line}" xml:space="preserve">${content}</text>`;
}

function painted(line) {
  const [plain, ...colored] = line.split('\u001b[');
  const parts = colored.map((part) => {
    const end = part.indexOf('m');
    return { color: COLORS[part.slice(0, end)] ?? TEXT, text: part.slice(end + 1) };
  });
  return [{ color: TEXT, text: plain }, ...parts]
    .filter(({ text }) => text !== '')
    .map(({ color, text }) => `<tspan fill="${color}">${escaped(text)}</tspan>`)
    .join('');
}

function escaped(text) {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
