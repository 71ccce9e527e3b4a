import { inBrowser } from '../../support/browser';
import { LogServer, shownLine } from './log-server';

describe('a server with tokens', () => {
  let server: LogServer;
  beforeAll(async () => {
    server = await LogServer.start({ LOOM_TOKENS: 'secret-token' });
    await server.create('log', 'for your eyes only\n', {}, 'secret-token');
  });
  afterEach(() => server.closePages());
  afterAll(() => server.stop());

  inBrowser('the page asks for a token, shows the log with it, and keeps it out of the address', async () => {
    const page = await server.page('/stream/log');
    await page.getByRole('dialog').waitFor();
    expect(await page.locator('.row').count()).toBe(0);
    await page.getByRole('textbox', { name: 'Token' }).fill('wrong');
    await page.keyboard.press('Enter');
    await page.getByRole('dialog', { name: 'refused' }).waitFor();
    await page.getByRole('textbox', { name: 'Token' }).fill('secret-token');
    await page.keyboard.press('Enter');
    expect(await shownLine(page, 1)).toBe('for your eyes only');
    expect(page.url()).not.toContain('secret');
    await page.reload();
    expect(await shownLine(page, 1)).toBe('for your eyes only');
  });

  inBrowser(
    'a link with #token= is taken over, keeps its line, and no request has the token in its address',
    async () => {
      const page = await server.page('/stream/log#L1&token=secret-token');
      expect(await shownLine(page, 1)).toBe('for your eyes only');
      expect(new URL(page.url()).hash).toBe('#L1');
      expect(await page.locator('.row.linked').count()).toBe(1);
      expect(server.addresses.filter((address) => address.includes('secret'))).toEqual([]);
    },
  );
});
