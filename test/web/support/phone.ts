import type { BrowserContextOptions, Page } from 'playwright-core';

/** The smallest screen that the pages are made for. */
export const PHONE: BrowserContextOptions = {
  viewport: { width: 360, height: 640 },
  hasTouch: true,
  isMobile: true,
};

/** In CSS pixels, for a finger. */
const TARGET_MIN = 40;

/** @returns what a finger would miss: controls on the screen that are smaller than 40 × 40 px */
export function smallTargets(page: Page): Promise<string[]> {
  return page.evaluate<string[]>(`
    [...document.querySelectorAll('a, button, input, select')]
      .filter((element) => element.checkVisibility() && !element.matches('.rows .text a, .skip'))
      .map((element) => {
        // The link of a row covers the row.
        const box = (element.closest('.rows .row') ?? element).getBoundingClientRect();
        return { words: element.ariaLabel ?? element.textContent, box };
      })
      .filter(({ box }) => box.width < ${TARGET_MIN} || box.height < ${TARGET_MIN})
      .map(({ words, box }) => words + ': ' + Math.round(box.width) + ' x ' + Math.round(box.height))
  `);
}

/** How many pixels the page can be scrolled sideways. */
export function sidewaysScroll(page: Page): Promise<number> {
  return page.evaluate<number>('document.documentElement.scrollWidth - document.documentElement.clientWidth');
}
