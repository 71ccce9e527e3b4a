/**
 * Puts a section in the place of the one with the same heading; before the last section if there is none.
 * @param page in Markdown. @param section begins with a heading of the second level
 */
export function replaceSection(page, section) {
  const heading = section.slice(0, section.indexOf('\n'));
  const sections = page.trimEnd().split(/\n\n(?=## )/);
  const at = sections.findIndex((each) => each.startsWith(`${heading}\n`));
  if (at === -1) sections.splice(-1, 0, section);
  else sections[at] = section;
  return `${sections.join('\n\n')}\n`;
}
