import { MissingPart } from '../harness/missing.mjs';
import { durableWire } from './durable-wire.mjs';
import loom from './loom.mjs';

const PATH = '/v1/stream';

/** Loom by the wire of Durable Streams, to be set beside the server of that project. `loom-durable:files`, `loom-durable:redis`. */
export default (store = 'files') => {
  const { needs, start } = loom(store);
  return {
    ...durableWire(PATH),
    needs,
    // A catch-up read may come in pages there, which the load generator does not ask for.
    skip: { W3: 'measured by the Loom wire', W3x8: 'measured by the Loom wire' },
    async start(stage) {
      const server = await start(stage);
      await assertSpoken(server);
      return server;
    },
  };
};

/** @throws MissingPart when this build answers that it knows no such path */
async function assertSpoken({ port }) {
  const response = await fetch(`http://127.0.0.1:${port}${PATH}/is-it-there`, { method: 'PUT' });
  await response.arrayBuffer();
  if (response.status === 404) throw new MissingPart(`this build of Loom does not serve ${PATH}`);
}
