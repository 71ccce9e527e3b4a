import type { JanitorEvent } from '../core/store/janitor';
import type { StoreMeter } from '../metrics/store-meter';
import type { Logger } from './logger';

/** Logs what the janitor does, and counts what it has ended. */
export function reportJanitor(logger: Logger, meter: StoreMeter): (event: JanitorEvent) => void {
  return (event) => {
    switch (event.kind) {
      case 'abandoned':
      case 'expired':
        countEnd(meter, event.kind);
        logger.info({ id: event.log.id, generation: event.log.generation }, `stream ${event.kind}`);
        break;
      case 'failed':
        logger.error({ id: event.log.id, err: event.error }, 'cannot end an overdue stream');
        break;
      case 'away':
        logger.warn({ err: event.error }, 'the store is unreachable: overdue streams are not ended');
        break;
      case 'back':
        logger.info('the store is reachable again');
        break;
    }
  };
}

function countEnd(meter: StoreMeter, kind: 'abandoned' | 'expired'): void {
  if (kind === 'abandoned') {
    meter.ended.aborted += 1;
  } else {
    meter.ended.expired += 1;
    meter.janitorRemoved += 1;
  }
}
