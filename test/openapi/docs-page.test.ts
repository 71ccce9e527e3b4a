import { withLoom } from '../e2e/with-loom';
import { faultsOf, inBrowser, withBrowser } from '../support/browser';
import { startDecodingProxy } from '../support/decoding-proxy';
import { seriousViolations } from '../web/support/axe';
import { PHONE, sidewaysScroll } from '../web/support/phone';
import { readOpenapi } from './watch/openapi-document';
import { operationsOf } from './watch/operation-finder';

const OPERATIONS = Object.values(readOpenapi().paths).flatMap(operationsOf);

describe('the page /docs', () => {
  const loom = withLoom({ store: 'memory:', config: 'tokens: [secret]' });
  const { newPage } = withBrowser();

  inBrowser('the page shows every operation, and asks no other server for anything', async () => {
    const page = await newPage();
    const faults = faultsOf(page, loom.url(''));
    await page.goto(loom.url('/docs'));
    await page.getByRole('heading', { name: /^Loom \d/ }).waitFor();
    expect(await page.locator('section > details.operation:not([id^="schema-"])').count()).toBe(
      OPERATIONS.length,
    );
    expect(faults).toEqual({ errors: [], foreign: [] });
  });

  inBrowser('an operation opens with its parameters, its answers and a command', async () => {
    const page = await newPage({ bypassCSP: true });
    await page.goto(loom.url('/docs'));
    await page.getByRole('link', { name: 'Append at the committed offset' }).click();
    const operation = page.locator('#resumeStream');
    await operation.getByText('offset_mismatch', { exact: true }).first().waitFor();
    await operation.getByRole('rowheader', { name: 'Upload-Offset' }).waitFor();
    expect(await operation.locator('pre').textContent()).toBe(
      `curl -X PATCH -H 'Upload-Offset: 4711' -H 'Upload-Complete: ?1' -H 'Content-Type: application/partial-upload' --data-binary @file ${loom.url('/stream/build-7')}`,
    );
    expect(new URL(page.url()).hash).toBe('#resumeStream');
    expect(await seriousViolations(page)).toEqual([]);
  });

  inBrowser('a link to an operation or a schema opens it', async () => {
    const page = await newPage();
    await page.goto(loom.url('/docs#streamDigest'));
    const type = page.locator('#streamDigest').getByRole('link', { name: 'Digest', exact: true });
    await type.click();
    await page.locator('#schema-Digest').getByText('lastLines').waitFor();
  });

  inBrowser('the filter leaves the operations that have its words', async () => {
    const page = await newPage();
    await page.goto(loom.url('/docs'));
    await page.getByRole('heading', { name: /^Loom \d/ }).waitFor();
    await page.keyboard.press('/');
    await page.keyboard.type('jobs trace');
    const shown = await page.evaluate<string[]>(`
      [...document.querySelectorAll('section > details:not([id^="schema-"])')]
        .filter((one) => one.checkVisibility())
        .map(({ id }) => id)
    `);
    expect(shown).toEqual(['appendTrace']);
  });

  inBrowser('the page fits a phone', async () => {
    const page = await newPage(PHONE);
    await page.goto(loom.url('/docs#consumeStream'));
    await page.locator('#consumeStream pre').waitFor();
    expect(await sidewaysScroll(page)).toBe(0);
    const heights = await page.evaluate<number[]>(
      `[...document.querySelectorAll('summary')].map((one) => one.getBoundingClientRect().height)`,
    );
    expect(Math.min(...heights)).toBeGreaterThanOrEqual(40);
  });

  inBrowser('the page works below the path of a proxy', async () => {
    const proxy = await startDecodingProxy(Number(new URL(loom.url('')).port));
    try {
      const page = await newPage();
      await page.goto(`${proxy.url}/docs#health`);
      expect(await page.locator('#health pre').textContent()).toBe(`curl -N ${proxy.url}/healthz`);
    } finally {
      await proxy.close();
    }
  });
});
