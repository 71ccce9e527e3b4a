/** Lines as they are, in a fence that is longer than any run of backticks in them: nothing in them is Markdown, HTML or a mention. */
export function fenced(lines: readonly string[]): string {
  const fence = '`'.repeat(Math.max(3, longestRun(lines.join('\n')) + 1));
  return `${fence}text\n${lines.join('\n')}\n${fence}`;
}

/** Text of one line as code. @param text without line breaks */
export function codeSpan(text: string): string {
  if (text.trim() === '') return '` `';
  const ticks = '`'.repeat(longestRun(text) + 1);
  return `${ticks} ${text} ${ticks}`;
}

/** A link. @param label plain words @param url of `URL`, which has neither spaces nor angle brackets */
export function linkTo(label: string, url: string): string {
  return `[${label}](<${url}>)`;
}

function longestRun(text: string): number {
  return Math.max(0, ...(text.match(/`+/g) ?? []).map(({ length }) => length));
}
