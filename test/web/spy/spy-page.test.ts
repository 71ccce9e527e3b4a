import type { Page } from 'playwright-core';
import { withStage } from '../../faults/stage';
import { faultsOf, inBrowser, withBrowser } from '../../support/browser';
import { Producer } from '../../support/http';
import type { LoomProcess } from '../../support/loom-process';
import { seriousViolations } from '../support/axe';
import { holds } from '../support/holds';
import { PHONE, sidewaysScroll, smallTargets } from '../support/phone';

describe('the page of all live streams', () => {
  const stage = withStage();
  const { newPage } = withBrowser();
  const start = async (loom: LoomProcess, id: string): Promise<Producer> => {
    const producer = stage.add(new Producer(`${loom.url}/stream/${id}`), (one) => one.end());
    await producer.head;
    return producer;
  };
  const watch = async (page: Page, loom: LoomProcess, query = ''): Promise<void> => {
    await page.goto(`${loom.url}/spy${query}`);
    await page.getByText('Live', { exact: true }).waitFor();
  };

  inBrowser('lines of all streams are shown as they come, with a colour and a link each', async () => {
    const loom = await stage.loom('memory:');
    const page = await newPage();
    const faults = faultsOf(page, loom.url);
    await watch(page, loom);
    const [a, b] = [await start(loom, 'build-a'), await start(loom, 'build/b'.replace('/', '%2F'))];
    await a.write('\u001b[31mred\u001b[0m one\n');
    await page.getByText('red').waitFor();
    await b.write('<b>two</b>\n');
    await page.getByText('<b>two</b>').waitFor();
    const links = page.locator('.rows .stream');
    expect(new Set(await links.allTextContents())).toEqual(new Set(['build-a', 'build/b']));
    const colors = await page.evaluate<string[]>(
      `[...new Set([...document.querySelectorAll('.stream')].map((link) => getComputedStyle(link).color))]`,
    );
    expect(colors).toHaveLength(2);
    await links.getByText('build/b').first().click();
    await page.waitForURL(`${loom.url}/stream/build%2Fb`);
    expect(faults.foreign).toEqual([]);
    expect(faults.errors).toEqual([]);
  });

  inBrowser('the filters have a prefix and a text, and are in the address', async () => {
    const loom = await stage.loom('memory:');
    const page = await newPage();
    await watch(page, loom);
    const [a, b] = [await start(loom, 'build-a'), await start(loom, 'deploy-b')];
    await a.write('one\nan Error\n');
    await b.write('another error\n');
    await page.getByText('another error').waitFor();
    await page.keyboard.press('/');
    await page.keyboard.type('ERROR');
    await page.getByText('2 of 5 lines').waitFor();
    await page.getByLabel('begins with').fill('build-');
    // The spy that begins anew names the live stream again.
    await page.getByText('1 of 6 lines').waitFor();
    expect(page.url()).toBe(`${loom.url}/spy?prefix=build-&text=ERROR`);
    await page.getByText('Live', { exact: true }).waitFor();
    await b.write('error of another stream\n');
    await a.write('err');
    await a.write('or in two pieces\n');
    await page.getByText('error in two pieces').waitFor();
    expect(await page.getByText('another').count()).toBe(0);
  });

  inBrowser('a paused page does not change, and then has what came meanwhile', async () => {
    const loom = await stage.loom('memory:');
    const page = await newPage();
    await watch(page, loom);
    const a = await start(loom, 'a');
    await a.write('before\n');
    await page.getByText('before').waitFor();
    await page.keyboard.press('p');
    await a.write('one\ntwo\n');
    await page.getByRole('button', { name: 'Go on (2)' }).waitFor();
    expect(await page.getByText('two').count()).toBe(0);
    await page.getByRole('button', { name: 'Go on' }).click();
    await page.getByText('two').waitFor();
  });

  inBrowser('thirty thousand lines leave 20,000 and at most 200 rows, and the end is shown', async () => {
    const loom = await stage.loom('memory:');
    const page = await newPage();
    await watch(page, loom);
    const a = await start(loom, 'a');
    for (let at = 0; at < 30; at++) {
      await a.write(Array.from({ length: 1_000 }, (_, line) => `line ${at * 1_000 + line}\n`).join(''));
      await page.getByText(`line ${at * 1_000 + 999}`, { exact: true }).waitFor();
    }
    await page.getByText('20,000 lines, the newest').waitFor();
    expect(await page.locator('.rows .row').count()).toBeLessThanOrEqual(200);
  });

  inBrowser('a row that was scrolled to stays, and a button counts what is new and leads to it', async () => {
    const loom = await stage.loom('memory:');
    const page = await newPage();
    await watch(page, loom);
    const a = await start(loom, 'a');
    await a.write(numbered(0, 1_000));
    await page.getByText('line 999', { exact: true }).waitFor();
    await page.mouse.move(600, 400);
    await page.mouse.wheel(0, -1_800);
    const button = page.getByRole('button', { name: 'To the end' });
    await button.waitFor();
    await holds(
      page,
      `document.querySelector('.scroller').scrollTop < document.querySelector('.scroller').scrollHeight - 2000`,
    );
    const before = await underPointer(page);
    await a.write(numbered(1_000, 2_000));
    await page.getByRole('button', { name: '2,000 new lines' }).waitFor();
    expect(await underPointer(page)).toEqual(before);
    await page.getByRole('button', { name: '2,000 new lines' }).click();
    await page.getByText('line 2999', { exact: true }).waitFor();
    await a.write('the last\n');
    await page.getByText('the last').waitFor();
    expect(await page.getByRole('button', { name: /new line/ }).count()).toBe(0);
  });

  inBrowser('skipped bytes are said, with the name of their stream', async () => {
    const loom = await stage.loom('memory:');
    const page = await newPage();
    const objects = '{"id":"a","event":"start"}\n{"id":"a","event":"skipped","bytes":4711}\n';
    await page.route('**/spy?', (route) =>
      route.fulfill({ contentType: 'application/x-ndjson', body: objects }),
    );
    await page.goto(`${loom.url}/spy`);
    await page.getByText('4,711 bytes skipped').first().waitFor();
  });

  inBrowser('a server that is gone is said to be, and lines come again once it is back', async () => {
    const loom = await stage.loom(`file:${await stage.directory()}`);
    const page = await newPage();
    await watch(page, loom);
    await loom.kill();
    await page.getByText('The server cannot be reached.').waitFor();
    await loom.restart();
    await page.getByText('Live', { exact: true }).waitFor();
    const a = await start(loom, 'a');
    await a.write('back again\n');
    await page.getByText('back again').waitFor();
  });

  inBrowser.each(['light', 'dark'] as const)(
    'axe finds nothing serious in the %s theme',
    async (colorScheme) => {
      const loom = await stage.loom('memory:');
      const page = await newPage({ colorScheme, bypassCSP: true });
      await watch(page, loom);
      expect(await seriousViolations(page)).toEqual([]);
      const colors = Array.from({ length: 16 }, (_, at) => `\u001b[38;5;${at}mcolour ${at}\u001b[0m\n`).join(
        '',
      );
      for (let at = 0; at < 12; at++) await (await start(loom, `stream-${at}`)).write('x\n');
      await (await start(loom, 'coloured')).write(colors);
      await page.getByText('colour 15').waitFor();
      expect(await seriousViolations(page)).toEqual([]);
    },
  );

  inBrowser('a phone needs no sideways scroll, and a finger hits every control', async () => {
    const loom = await stage.loom('memory:');
    const page = await newPage(PHONE);
    await watch(page, loom);
    expect([await sidewaysScroll(page), await smallTargets(page)]).toEqual([0, []]);
    await (await start(loom, 'long-'.repeat(40))).write(`${'x'.repeat(1_000)}\n`);
    await page.getByText('2 lines').waitFor();
    expect(await sidewaysScroll(page)).toBe(0);
    // A row of the log is as high as a line of text; its link leads where the list does.
    expect((await smallTargets(page)).filter((words) => !words.startsWith('long-'))).toEqual([]);
  });
});

function numbered(from: number, count: number): string {
  return Array.from({ length: count }, (_, at) => `line ${from + at}\n`).join('');
}

/** The text of the row under the pointer, and where it is. */
function underPointer(page: Page): Promise<unknown> {
  return page.evaluate(`(() => {
    const row = document.elementFromPoint(600, 400).closest('.row');
    return { text: row.textContent, y: row.getBoundingClientRect().y };
  })()`);
}
