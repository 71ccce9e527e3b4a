import { durablyServedBy } from './loom-durable.mjs';
import other from './loom-other.mjs';

/** Another checkout of Loom by the wire of Durable Streams. `loom-durable-other:files`, `loom-durable-other:redis`. */
export default (store = 'files') => durablyServedBy(other(store));
