/** Escapes text for a manual page: no character of it is a command of roff. */
export function roffText(text: string): string {
  const escaped = text
    .replaceAll('\\', '\\e')
    .replaceAll('-', '\\-')
    .replaceAll("'", '\\(aq')
    .replaceAll('`', '\\(ga')
    .replaceAll('^', '\\(ha')
    .replaceAll('~', '\\(ti');
  return escaped.startsWith('.') ? `\\&${escaped}` : escaped;
}

/** A macro with its arguments, such as `.SH NAME`. */
export function macro(name: string, ...words: readonly string[]): string {
  return `.${[name, ...words.map((word) => `"${roffText(word).replaceAll('"', '\\(dq')}"`)].join(' ')}\n`;
}

/** A term in bold, and its description. */
export function term(name: string, description: string): string {
  return `.TP\n${macro('B', name)}${roffText(description)}\n`;
}

/** Lines that are shown as they are. */
export function verbatim(lines: readonly string[]): string {
  return `.PP\n.RS 4\n.nf\n${lines.map((line) => `${roffText(line)}\n`).join('')}.fi\n.RE\n`;
}
