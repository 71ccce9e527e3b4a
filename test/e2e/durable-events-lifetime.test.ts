import { Consumer } from '../support/http';
import { DurableStream, TEXT, token } from './durable-requests';
import { onEachStore } from './on-each-store';

const CONFIG = `
durable: {eventsLifetime: 8s}
`;

onEachStore(
  'the lifetime of events at /v1/stream',
  ({ url, freshId }) => {
    const created = async (type: Readonly<Record<string, string>>, body?: string) => {
      const stream = new DurableStream(url(`/v1/stream/${freshId()}`));
      expect((await stream.create(type, body)).status).toBe(201);
      return stream;
    };

    it('events end after eventsLifetime, and a reconnect continues from their last offset', async () => {
      const stream = await created(TEXT, 'one');
      const first = await Consumer.open(`${stream.url}?offset=-1&live=sse`);
      expect(await first.end()).toMatchObject({ complete: true });
      const [offset] = [...first.text.matchAll(/"streamNextOffset":"(\w+)"/g)]
        .map(([, told]) => told)
        .slice(-1);
      await stream.append('two', TEXT);
      const second = await Consumer.open(`${stream.url}?offset=${offset}&live=sse`);
      await second.until('data:two\n');
      expect(second.text).not.toContain('one');
      second.close();
    });

    it('a stream with a TTL does not expire while a reader waits for it', async () => {
      const stream = await created({ ...TEXT, 'Stream-TTL': '5' });
      const events = await Consumer.open(`${stream.url}?offset=-1&live=sse`);
      await events.end();
      expect((await stream.append('x', TEXT)).status).toBe(204);
      const polls = await stream.read(`?offset=${token(0)}`);
      expect(polls.text).toBe('x');
    });
  },
  { config: CONFIG },
);
