import { Histogram, SHORT_SECONDS } from './histogram';

/** One operation of the store. */
export class OperationMeter {
  readonly seconds = new Histogram(SHORT_SECONDS);
  /** How often the store itself failed. A request that it refused, such as for a stream that does not exist, is no failure. */
  errors = 0;
}

/** What the store was asked for by this process, and what came of it. */
export class StoreMeter {
  /** By the label `op`. */
  readonly operations = {
    create: new OperationMeter(),
    info: new OperationMeter(),
    change: new OperationMeter(),
    append: new OperationMeter(),
    commit: new OperationMeter(),
    read: new OperationMeter(),
    offset_at: new OperationMeter(),
    line_index: new OperationMeter(),
    list: new OperationMeter(),
    count: new OperationMeter(),
    due: new OperationMeter(),
    purge: new OperationMeter(),
    ready: new OperationMeter(),
  };
  created = 0;
  /** Streams that ended, by the label `outcome`. */
  readonly ended = { complete: 0, aborted: 0, replaced: 0, deleted: 0, expired: 0 };
  /** Streams that the janitor has removed. */
  janitorRemoved = 0;
}
