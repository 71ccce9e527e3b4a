import { spawn } from 'node:child_process';
import { clientOf } from './arguments/client-of';
import type { Invocation } from './arguments/command';
import { EXIT } from './exit-code';
import { type Io, say, write } from './output/io';

/** Some openers run as long as the browser does: one that has not failed by then has opened it. */
const OPENING_MS = 2_000;

/** Runs `stream open`. Where there is no browser, the address is printed. @returns the exit code */
export async function open(invocation: Invocation, io: Io): Promise<number> {
  const [id = ''] = invocation.operands;
  const url = clientOf(invocation).urlOf(id);
  if (invocation.flags.choice('print') !== true && (await opens(url, io.env))) say(io, `opened ${url}`);
  else await write(io.stdout, `${url}\n`);
  return EXIT.ok;
}

/** @returns whether a browser was started */
async function opens(url: string, env: Io['env']): Promise<boolean> {
  const [file, ...args] = openerOf(env);
  if (file === undefined) return false;
  // No shell reads the URL.
  const opener = spawn(file, [...args, url], { env: { ...env }, stdio: 'ignore', detached: true });
  return new Promise((resolve) => {
    const timer = setTimeout(() => settle(true), OPENING_MS);
    const settle = (isOpen: boolean): void => {
      clearTimeout(timer);
      opener.unref();
      resolve(isOpen);
    };
    opener.once('error', () => settle(false));
    opener.once('exit', (code) => settle(code === 0));
  });
}

/** @returns a command to which the URL is added; none if the machine has no screen */
function openerOf(env: Io['env']): readonly string[] {
  if (process.platform === 'darwin') return ['open'];
  if (process.platform === 'win32') return ['rundll32', 'url.dll,FileProtocolHandler'];
  return env['DISPLAY'] || env['WAYLAND_DISPLAY'] || env['BROWSER'] ? ['xdg-open'] : [];
}
