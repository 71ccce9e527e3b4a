import type { JanitorEvent } from '../core/store/janitor';
import type { Logger } from './logger';

export function reportJanitor(logger: Logger): (event: JanitorEvent) => void {
  return (event) => {
    switch (event.kind) {
      case 'abandoned':
      case 'expired':
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
