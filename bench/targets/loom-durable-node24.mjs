import { durablyServedBy } from './loom-durable.mjs';
import loomNode24 from './loom-node24.mjs';

/** The same by the wire of Durable Streams. `loom-durable-node24:files`, `loom-durable-node24:redis`. */
export default (store) => durablyServedBy(loomNode24(store));
