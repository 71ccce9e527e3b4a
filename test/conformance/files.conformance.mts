import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { conforms, startLoom } from './conform.mjs';

conforms(async () => {
  const directory = await mkdtemp(join(tmpdir(), 'loom-conformance-'));
  const loom = await startLoom(`file:${directory}`);
  return {
    url: loom.url,
    async stop() {
      await loom.stop();
      await rm(directory, { recursive: true, force: true });
    },
  };
});
