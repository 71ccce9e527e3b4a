import { type Answer, Consumer, Producer, request } from '../support/http';
import { NDJSON, objectsIn } from './ndjson';
import { onEachStore } from './on-each-store';

const EVENTS = { Accept: 'text/event-stream' };
const TIME = /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z/g;

onEachStore('an answer that begins within a line', ({ url, freshId }) => {
  const of = (id: string, query = ''): string => url(`/stream/${id}${query}`);
  const get = (id: string, query: string, headers = {}): Promise<Answer> =>
    request(of(id, query), { headers });

  /** `one`, and a second line whose rest comes so much later that it has a time of its own. */
  const begin = async (): Promise<{ id: string; producer: Producer; begun: string }> => {
    const id = freshId();
    const producer = new Producer(of(id));
    await producer.head;
    await producer.write('one\nContin');
    await get(id, '/wait?for=bytes&count=10');
    expect((await get(id, '/wait?for=bytes&count=11&timeout=300ms')).status).toBe(204);
    const [, line] = objectsIn(await get(id, '?notail', NDJSON));
    return { id, producer, begun: String(line?.time) };
  };
  const finish = async (id: string, producer: Producer): Promise<void> => {
    await producer.end('ue? yes\nbye\n');
    // The rest of the line came later.
    const [rest] = objectsIn(await get(id, '?line=3', NDJSON));
    expect(rest?.text).toBe('bye');
  };

  it('has the time at which the line was begun, in each format', async () => {
    const { id, producer, begun } = await begin();
    await finish(id, producer);
    for (const query of ['offset=5', 'offset=12', 'offset=-7']) {
      const [rest, bye] = objectsIn(await get(id, `?${query}`, NDJSON));
      expect([query, rest?.line, rest?.time]).toEqual([query, 2, begun]);
      expect(Date.parse(String(bye?.time))).toBeGreaterThan(Date.parse(begun));
      for (const headers of [{}, EVENTS]) {
        const { text } = await get(id, `?timestamps&${query}`, headers);
        expect(text.match(TIME)).toEqual([begun, bye?.time]);
      }
    }
  });

  it('has that time also from the end of an open stream on', async () => {
    const { id, producer, begun } = await begin();
    const lines = await Consumer.open(of(id, '?tail=0'), NDJSON);
    const text = await Consumer.open(of(id, '?tail=0&timestamps'));
    await finish(id, producer);
    await Promise.all([lines.end(), text.end()]);
    expect(objectsIn(lines)[0]).toMatchObject({ line: 2, offset: 10, time: begun, text: 'ue? yes' });
    expect(text.text.startsWith(`${begun} ue? yes\n`)).toBe(true);
  });

  it('has no time before the rest of a line of which a reader of events has the beginning', async () => {
    const { id, producer } = await begin();
    const first = await Consumer.open(of(id, '?timestamps'), EVENTS);
    await first.until('Z Contin\n\n');
    const seen =
      first.text
        .match(/^id: (.+)$/gm)
        ?.at(-1)
        ?.slice(4) ?? '';
    first.close();
    await finish(id, producer);
    const { text } = await get(id, '?timestamps', { ...EVENTS, 'Last-Event-ID': seen });
    expect(text.replaceAll(TIME, 'T')).toContain('data: ue? yes\ndata: T bye\n');
  });
});
