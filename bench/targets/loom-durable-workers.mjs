import { durablyServedBy } from './loom-durable.mjs';
import loomWorkers from './loom-workers.mjs';

/** Two workers of Loom on one port, by the wire of Durable Streams. `loom-durable-workers:redis`. */
export default (store = 'redis') => durablyServedBy(loomWorkers(store));
