import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { LoomProcess } from '../support/loom-process';

export interface LoomUnderTest {
  url(path: string): string;
  /** All that the process has logged. */
  output(): string;
  readonly process: () => LoomProcess;
}

/** A Loom for all tests of the surrounding `describe`. `store` is a URL, or returns one once the tests begin. */
export function withLoom({
  store,
  config = '',
}: {
  store: string | (() => string);
  config?: string;
}): LoomUnderTest {
  const directory = mkdtempSync(join(tmpdir(), 'loom-e2e-'));
  let loom: LoomProcess | undefined;
  const running = (): LoomProcess => {
    if (loom === undefined) throw new Error('no Loom is running');
    return loom;
  };

  beforeAll(async () => {
    const file = join(directory, 'config.yaml');
    writeFileSync(file, config);
    const url = typeof store === 'string' ? store : store();
    loom = await LoomProcess.start({
      store: url === 'file:' ? `file:${directory}/data` : url,
      args: ['-c', file],
    });
    if (config.includes('listeners:')) await loom.logged('"msg":"listening"');
  });
  afterAll(async () => {
    await loom?.stop();
    rmSync(directory, { recursive: true, force: true });
  });

  return { url: (path) => running().url + path, output: () => running().stdout, process: running };
}
