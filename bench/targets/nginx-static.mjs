import { renameSync } from 'node:fs';
import { join } from 'node:path';
import { dropCache } from '../harness/drop-cache.mjs';
import { generateLoad } from '../harness/load-generator.mjs';
import { debianProgram } from '../harness/missing.mjs';
import bare from './bare.mjs';
import { startNginx } from './parts/nginx-process.mjs';
import { get } from './parts/request-heads.mjs';

/** Limit for replay: nginx sends a file of the same bytes with sendfile. */
export default () => ({
  style: 'chunked',
  only: ['W3', 'W3x8', 'W3cold'],
  publish: '',
  subscribe: get('/{id}'),
  needs: [debianProgram('nginx')],
  async start(stage) {
    await recordBulk(stage);
    const http = (port) =>
      `  sendfile on; default_type text/plain; server { listen 127.0.0.1:${port}; root ${stage.folder}; }`;
    const server = await startNginx(stage, { connections: 1024, http });
    return { ...server, bulkId: 'static', chill: () => dropCache(stage.folder) };
  },
});

/** `bare:file` stores a body as it is, so its file is what to send. */
async function recordBulk(stage) {
  const recorder = bare('file');
  const { port } = await recorder.start(stage);
  const { style, publish } = recorder;
  await generateLoad({ mode: 'ingest', port, style, pub: publish, id: 'static', bytes: stage.sizes.bulk });
  renameSync(join(stage.folder, 'static0.log'), join(stage.folder, 'static0'));
}
