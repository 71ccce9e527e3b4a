import type { Page } from 'playwright-core';
import { withStage } from '../../faults/stage';
import { inBrowser, withBrowser } from '../../support/browser';
import { request } from '../../support/http';
import { PHONE, sidewaysScroll } from '../support/phone';

const STREAMS = 40;
const SCREENS = [
  ['a desktop', {}],
  ['a phone', PHONE],
] as const;

/** The controls on the screen whose middle is under a notice. */
function covered(page: Page): Promise<string[]> {
  return page.evaluate(`
    [...document.querySelectorAll('.bar :is(a, button), .page :is(a, button, input, select)')]
      .filter((element) => element.checkVisibility())
      .filter((element) => {
        const { left, top, width, height } = element.getBoundingClientRect();
        const y = top + height / 2;
        // A row that is scrolled out of its list is not covered.
        if (y > document.querySelector('.page').getBoundingClientRect().bottom) return false;
        return document.elementFromPoint(left + width / 2, y)?.closest('.notices');
      })
      .map((element) => element.ariaLabel ?? element.textContent)
  `);
}

function topOfPage(page: Page): Promise<number> {
  return page.evaluate(`document.querySelector('.page').firstElementChild.getBoundingClientRect().top`);
}

describe('the notices of a page', () => {
  const stage = withStage();
  const { newPage } = withBrowser();

  for (const [screen, options] of SCREENS) {
    inBrowser(`a notice that stays covers no control of the list on ${screen}, and moves none`, async () => {
      const loom = await stage.loom('memory:');
      for (let at = 0; at < STREAMS; at++)
        await request(`${loom.url}/stream/build-${at}`, { method: 'POST', body: 'x\n' });
      const page = await newPage(options);
      await page.goto(loom.url);
      await page.getByRole('link', { name: `build-${STREAMS - 1}` }).waitFor();
      const top = await topOfPage(page);
      await loom.kill();
      await page.locator('.notice.warning', { hasText: 'The server cannot be reached' }).waitFor();
      expect(await covered(page)).toEqual([]);
      expect([await topOfPage(page), await sidewaysScroll(page)]).toEqual([top, 0]);
    });

    inBrowser(`a passing notice of a log covers no control on ${screen}`, async () => {
      const loom = await stage.loom('memory:');
      await request(`${loom.url}/stream/log`, { method: 'POST', body: 'x\n'.repeat(200) });
      const page = await newPage(options);
      await page.goto(`${loom.url}/stream/log#L999`);
      await page.locator('.notice.info', { hasText: 'Line 999 is not there yet' }).waitFor();
      // The numbers of the lines are links, and a passing notice may lie over some of them.
      const numbers = await page.locator('.log .number').allTextContents();
      expect((await covered(page)).filter((name) => !numbers.includes(name))).toEqual([]);
      expect(await sidewaysScroll(page)).toBe(0);
    });
  }
});
