/** The column of the descriptions of a help text. */
export interface HelpLayout {
  /** How wide the names are, without their indent of two. */
  readonly names: number;
  /** How wide a line may be. Infinite: lines are not wrapped. */
  readonly width: number;
}

/** In a narrower terminal, the terminal wraps. */
const WIDTH_MIN = 40;
/** If less is left for the descriptions, they are below their names. */
const DESCRIPTION_MIN = 24;
const GAP = '  ';
const CONTINUED = ' \\';

/** The width of the text for an output: that of the terminal, or `COLUMNS`. Elsewhere each description stays one line, for `grep`. */
export function helpWidth(
  { columns }: { readonly columns?: number },
  env: Readonly<Record<string, string | undefined>>,
): number {
  const width = columns ?? Number(env['COLUMNS'] || Number.POSITIVE_INFINITY);
  return width >= 1 ? Math.max(width, WIDTH_MIN) : Number.POSITIVE_INFINITY;
}

/** Renders a name and its description, wrapped. Ends with a newline. */
export function helpRow(name: string, description: string, { names, width }: HelpLayout): string {
  const column = GAP.length + names + GAP.length;
  if (width === Number.POSITIVE_INFINITY)
    return `${GAP}${name.padEnd(names)}${GAP}${description}`.trimEnd().concat('\n');
  const isBelow = width - column < DESCRIPTION_MIN;
  const indent = isBelow ? GAP.repeat(3) : ' '.repeat(column);
  const lines = wrapped(description, width - indent.length).map((line) => indent + line);
  const isBeside = !isBelow && name.length <= names;
  const first = isBeside
    ? [`${GAP}${name}`.padEnd(column) + (lines.shift() ?? '').trimStart()]
    : [`${GAP}${name}`];
  return [...first, ...lines].map((line) => `${line.trimEnd()}\n`).join('');
}

/** Wraps a paragraph. Ends with a newline. @param indent begins each line after the first */
export function helpParagraph(text: string, width: number, indent = ''): string {
  return `${wrapped(text, width, indent.length).join(`\n${indent}`)}\n`;
}

/** Wraps a command line so that it can still be pasted: lines end in a backslash. Ends with a newline. */
export function helpCommand(command: string, width: number): string {
  const words = command.match(/'[^']*'|\S+/g) ?? [];
  const lines: string[] = [];
  let line = GAP;
  for (const word of words) {
    const isFirst = line.trim() === '';
    if (isFirst || line.length + 1 + word.length + CONTINUED.length <= width)
      line += isFirst ? word : ` ${word}`;
    else {
      lines.push(line + CONTINUED);
      line = GAP.repeat(2) + word;
    }
  }
  return `${[...lines, line].join('\n')}\n`;
}

/** @param indent how much shorter the lines after the first are */
function wrapped(text: string, width: number, indent = 0): string[] {
  const lines: string[] = [];
  let line = '';
  for (let word of text.split(' ')) {
    const room = lines.length === 0 ? width : width - indent;
    if (line !== '' && line.length + 1 + word.length > room) {
      lines.push(line);
      line = word;
    } else line = line === '' ? word : `${line} ${word}`;
    // A word that is wider than a line, such as an expression, is cut.
    for (; line.length > width - indent && line === word; line = word) {
      lines.push(word.slice(0, width - indent));
      word = word.slice(width - indent);
    }
  }
  return [...lines, line];
}
