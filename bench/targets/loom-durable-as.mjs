import loomAs from './loom-as.mjs';
import { durablyServedBy } from './loom-durable.mjs';

/** The same by the wire of Durable Streams: `loom-durable-as:always` and the others. */
export default (promise) => durablyServedBy(loomAs(promise));
