import { readFileSync } from 'node:fs';
import type { Page } from 'playwright-core';
import { CLIENT, type EmptyProject, PACKAGE } from './packed-package';

/** As text: the compiler of the tests would make a `require` of the import. */
const RUN_MODULE = `
  window.runModule = async (code) => {
    let printed = '';
    window.print = (text) => { printed += text; };
    await import(URL.createObjectURL(new Blob([code], { type: 'text/javascript' })));
    return printed;
  };`;

/** A page of the server's origin that can import the client as a page with a bundler could. The server itself has no part in it. */
export async function openClientPage(page: Page, origin: string, project: EmptyProject): Promise<Page> {
  const client = readFileSync(project.path('node_modules', PACKAGE, 'dist/client.browser.mjs'), 'utf8');
  const imports = JSON.stringify({ imports: { [CLIENT]: '/examples/client.mjs' } });
  const html = `<script type="importmap">${imports}</script><script>${RUN_MODULE}</script>`;
  await page.route(`${origin}/examples/*`, (route) =>
    route.request().url().endsWith('.mjs')
      ? route.fulfill({ contentType: 'text/javascript', body: client })
      : route.fulfill({ contentType: 'text/html', body: html }),
  );
  await page.goto(`${origin}/examples/page`);
  return page;
}

/** Runs a module to its end. @returns what it gave to `print` */
export function runModule(page: Page, code: string): Promise<string> {
  return page.evaluate(`window.runModule(${JSON.stringify(code)})`);
}
