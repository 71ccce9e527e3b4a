import { MissingPart } from '../harness/missing.mjs';
import loom from './loom.mjs';
import { durableWire } from './parts/durable-wire.mjs';

const PATH = '/v1/stream';
const BULK = 'bulk is measured by the Loom wire';

/** Loom by the wire of Durable Streams, to be set beside the server of that project. `loom-durable:files`, `loom-durable:redis`. */
export default (store = 'files') => durablyServedBy(loom(store));

/** @param loom the target that starts it */
export function durablyServedBy({ needs, start }) {
  return {
    ...durableWire(PATH),
    needs,
    // A read of a large stream may come in pages there, and the load generator does not ask for the next one.
    skip: { W1: BULK, W1x8: BULK, W3: BULK, W3x8: BULK, W3cold: BULK },
    async start(stage) {
      const server = await start(stage);
      await assertSpoken(server);
      return server;
    },
  };
}

/** @throws MissingPart when this build answers that it knows no such path */
async function assertSpoken({ port }) {
  const response = await fetch(`http://127.0.0.1:${port}${PATH}/is-it-there`, { method: 'PUT' });
  await response.arrayBuffer();
  if (response.status === 404) throw new MissingPart(`this build of Loom does not serve ${PATH}`);
}
