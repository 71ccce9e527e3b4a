import type { Page } from 'playwright-core';
import { inBrowser } from '../../support/browser';
import { holds } from '../support/holds';
import { LogServer, shownLine } from './log-server';

const LINES = 3_000;
const NARROW = { viewport: { width: 900, height: 600 } };

/** Every 7th line has many words, every 13th wide characters, and the last one is long: no estimate of their heights is right. */
function* uneven(): Generator<string> {
  for (let line = 1; line < LINES; line++) {
    const words = line % 7 === 0 ? 'word '.repeat(100 + (line % 300)) : '';
    const wide = line % 13 === 0 ? '日本語テキスト'.repeat(60) : '';
    yield `line ${line} ${words}${wide}\n`;
  }
  yield `line ${LINES} ${'word '.repeat(500)}\n`;
}

/** How far below the end of the view the last line ends; undefined if it is not there. */
const BELOW_VIEW = `(() => {
  const row = document.querySelector('.number[href="#L${LINES}"]')?.closest('.row:not(.loading)');
  const log = document.querySelector('.log').getBoundingClientRect();
  return row && Math.round(row.getBoundingClientRect().bottom - log.bottom);
})()`;

describe('a log with wrapped lines', () => {
  let server: LogServer;
  beforeAll(async () => {
    server = await LogServer.start();
    await server.create('uneven', uneven());
  });
  afterEach(() => server.closePages());
  afterAll(() => server.stop());

  const wrapped = async (path: string): Promise<Page> => {
    const page = await server.page(path, NARROW);
    await page.keyboard.press('w');
    await page.locator('.log.wrap').waitFor();
    return page;
  };

  inBrowser.each([
    ['the key G', (page: Page) => page.keyboard.press('G')],
    ['the key End', (page: Page) => page.keyboard.press('End')],
    ['the scroll bar', (page: Page) => page.evaluate(`document.querySelector('.log').scrollTop = 1e9`)],
  ])('%s leads to the end of the last line', async (_name, toEnd) => {
    const page = await wrapped('/stream/uneven');
    await shownLine(page, 1);
    await toEnd(page);
    await shownLine(page, LINES);
    await holds(page, `${BELOW_VIEW} === 0`);
  });

  inBrowser(
    'a link leads to its line, though those before it are higher than they were estimated',
    async () => {
      const page = await wrapped('/stream/uneven');
      await shownLine(page, 1);
      for (const line of [1_470, 2_988, 77]) {
        await page.evaluate(`location.hash = '#L${line}'`);
        expect(await shownLine(page, line)).toContain(`line ${line} `);
        await holds(page, `document.querySelector('.row.loading') === null && ${isInView(line)}`);
      }
    },
  );

  inBrowser('the end of an open stream stays in view, and nothing above it is empty', async () => {
    const producer = await server.open('grows');
    await producer.write([...uneven()].slice(0, LINES - 100).join(''));
    const page = await wrapped('/stream/grows');
    await page.keyboard.press('f');
    await page.keyboard.press('f');
    await producer.write('short\n'.repeat(100));
    await shownLine(page, LINES - 1);
    await holds(page, `${isInView(LINES - 1)} && ${FILLS_VIEW}`);
    await producer.end();
  });
});

const FILLS_VIEW = `
  [...document.querySelectorAll('.row:not(.aside)')][0].getBoundingClientRect().top <=
    document.querySelector('.log').getBoundingClientRect().top
`;

/** The beginning of the line. */
function isInView(line: number): string {
  return `(() => {
    const number = document.querySelector('.number[href="#L${line}"]')?.getBoundingClientRect();
    const log = document.querySelector('.log').getBoundingClientRect();
    return number !== undefined && number.top >= log.top && number.bottom <= log.bottom;
  })()`;
}
