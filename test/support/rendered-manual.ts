import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

/** Renders a manual page as `man` shows it. @returns its text, and the warnings of roff */
export async function renderedManual(page: string, width = 200): Promise<{ text: string; warnings: string }> {
  const directory = await mkdtemp(join(tmpdir(), 'loom-man-'));
  try {
    const file = join(directory, 'page.1');
    await writeFile(file, page);
    const { stdout, stderr } = await promisify(execFile)(
      'man',
      ['--warnings', '-E', 'UTF-8', '-P', 'cat', '-l', file],
      { env: { ...process.env, LC_ALL: 'C.UTF-8', MANWIDTH: String(width), MAN_KEEP_FORMATTING: '' } },
    );
    // biome-ignore lint/suspicious/noControlCharactersInRegex: the page is bold by overstriking.
    return { text: stdout.replaceAll(/.\x08/g, ''), warnings: stderr };
  } finally {
    await rm(directory, { recursive: true });
  }
}
