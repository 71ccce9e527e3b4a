const PANEL = { width: 460, height: 300, left: 60, right: 20, top: 60, bottom: 70 };
const TITLE_HEIGHT = 30;
const COLORS = ['#1f6feb', '#d1242f', '#2da44e', '#bf8700'];
const TICKS = 4;
/** Where a logarithm is taken of what noise has made 0 or less. */
const LEAST = 0.1;

/**
 * An SVG of panels side by side, on white, since what it is looked at in may be dark. Across is
 * logarithmic; up is linear from 0 unless a panel says otherwise.
 * @param panels `{title, across, isLogarithmic, lines: [{name, points: [[x, y]]}]}`
 */
export function drawing(title, panels) {
  const width = PANEL.width * panels.length;
  const height = PANEL.height + TITLE_HEIGHT;
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" font-family="sans-serif" font-size="12">
<title>${title}</title>
<rect width="${width}" height="${height}" fill="#fff"/>
${text(width / 2, 22, title, 'middle', 'font-size="16"')}
${panels.map((panel, number) => `<g transform="translate(${number * PANEL.width} ${TITLE_HEIGHT})">\n${drawPanel(panel)}\n</g>`).join('\n')}
</svg>
`;
}

function drawPanel({ title, across, isLogarithmic, lines }) {
  const points = lines.flatMap(({ points }) => points);
  const x = acrossOf(points);
  const up = isLogarithmic ? logarithmic(points) : linear(points);
  const bottom = PANEL.height - PANEL.bottom;
  return [
    text(PANEL.width / 2, 20, title, 'middle', 'font-weight="bold"'),
    ...up.ticks.flatMap((value) => upTick(value, up.y(value))),
    ...acrossTicks(x, points),
    text((PANEL.left + PANEL.width - PANEL.right) / 2, bottom + 36, across, 'middle'),
    ...lines.map((line, number) => drawLine(line, x, up.y, COLORS[number % COLORS.length])),
    ...lines.map((line, number) => legend(line, number)),
  ].join('\n');
}

function acrossOf(points) {
  const logarithms = points.map(([x]) => Math.log10(x));
  const first = Math.min(...logarithms);
  const span = Math.max(...logarithms) - first || 1;
  const width = PANEL.width - PANEL.left - PANEL.right;
  return (value) => PANEL.left + (width * (Math.log10(value) - first)) / span;
}

function linear(points) {
  const highest = niceAbove(Math.max(...points.map(([, y]) => y), 0));
  return {
    ticks: Array.from({ length: TICKS + 1 }, (_, tick) => (highest * tick) / TICKS),
    y: (value) => height(Math.max(0, value) / highest),
  };
}

/** Whole powers of ten, from the one below the least to the one above the most. */
function logarithmic(points) {
  const logarithms = points.map(([, y]) => Math.log10(Math.max(y, LEAST)));
  const first = Math.floor(Math.min(...logarithms));
  const last = Math.max(first + 1, Math.ceil(Math.max(...logarithms)));
  return {
    ticks: Array.from({ length: last - first + 1 }, (_, tick) => 10 ** (first + tick)),
    y: (value) => height((Math.log10(Math.max(value, LEAST)) - first) / (last - first)),
  };
}

/** @param share from 0 at the bottom to 1 at the top */
function height(share) {
  return PANEL.top + (PANEL.height - PANEL.top - PANEL.bottom) * (1 - share);
}

/** The next of 1, 2, 4, 8, 10 times a power of ten: four ticks divide each into round parts. */
function niceAbove(value) {
  const power = 10 ** Math.floor(Math.log10(value || 1));
  return [1, 2, 4, 8, 10].map((factor) => factor * power).find((each) => each >= value);
}

function upTick(value, y) {
  return [
    `<path d="M${PANEL.left} ${round(y)}H${PANEL.width - PANEL.right}" stroke="#ddd"/>`,
    text(PANEL.left - 6, y + 4, compact(value), 'end'),
  ];
}

function acrossTicks(x, points) {
  const y = PANEL.height - PANEL.bottom + 18;
  const values = new Set(points.map(([value]) => value));
  return [...values].map((value) => text(x(value), y, compact(value), 'middle', 'font-size="10"'));
}

function drawLine({ points }, x, y, color) {
  const spots = points.map(([across, up]) => [round(x(across)), round(y(up))]);
  const line = spots.map((spot) => spot.join(',')).join(' ');
  const dots = spots.map(([cx, cy]) => `<circle cx="${cx}" cy="${cy}" r="3" fill="${color}"/>`);
  return `<polyline points="${line}" fill="none" stroke="${color}" stroke-width="2"/>${dots.join('')}`;
}

function legend({ name }, number) {
  const x = PANEL.left + (number % 2) * 190;
  const y = PANEL.height - 16 + Math.floor(number / 2) * 14;
  const color = COLORS[number % COLORS.length];
  return `<rect x="${x}" y="${y - 9}" width="10" height="10" fill="${color}"/>${text(x + 15, y, name, 'start')}`;
}

function text(x, y, content, anchor, attributes = '') {
  return `<text x="${round(x)}" y="${round(y)}" text-anchor="${anchor}" ${attributes}>${content}</text>`;
}

function compact(value) {
  return value >= 1000 && value % 1000 === 0 ? `${value / 1000}k` : String(Number(value.toPrecision(3)));
}

function round(value) {
  return Math.round(value * 10) / 10;
}
