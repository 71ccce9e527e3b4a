import { Consumer, Producer } from '../support/http';
import { NDJSON, objectsIn } from './ndjson';
import { withLoom } from './with-loom';

describe('NDJSON of a quiet stream', () => {
  const loom = withLoom({ store: 'memory:', config: 'live: {heartbeat: 1s}' });

  it('has spaces before the next object, so that each of its lines is JSON', async () => {
    const producer = new Producer(loom.url('/stream/quiet'));
    await producer.head;
    const consumer = await Consumer.open(loom.url('/stream/quiet'), NDJSON);
    await consumer.until(' ');
    await producer.write('one\n');
    await consumer.until('"text":"one"}\n ');
    await producer.end();
    await consumer.end();
    expect(consumer.text).toMatch(/^ +\{"line":1.*\}\n +\{"state":"closed".*\}\n$/);
    expect(objectsIn(consumer)).toMatchObject([{ text: 'one' }, { state: 'closed', bytes: 4, lines: 1 }]);
  });
});
