/** The height of a row in px, as the style sheet says. */
export function rowHeight(): number {
  return Number.parseInt(getComputedStyle(document.documentElement).getPropertyValue('--line'), 10) || 18;
}
