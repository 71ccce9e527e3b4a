import { Consumer } from '../support/http';
import { DurableStream, TEXT, token } from './durable-requests';
import { onEachStore } from './on-each-store';

onEachStore('line ends of a reader of events that comes back', ({ url, freshId }) => {
  const created = async (text: string): Promise<DurableStream> => {
    const stream = new DurableStream(url(`/v1/stream/${freshId()}`));
    await stream.create(TEXT, text);
    return stream;
  };
  const from = (stream: DurableStream, offset: number): Promise<Consumer> =>
    Consumer.open(`${stream.url}?offset=${token(offset)}&live=sse`);
  /** The data of all events, once the stream has been closed. */
  const dataOf = async (events: Consumer): Promise<string[]> => {
    await events.until('"streamClosed":true');
    const blocks = events.text.split('\n\n').filter((block) => block.startsWith('event: data\n'));
    return blocks.map((block) => block.replaceAll(/^(event: data|data:)/gm, '').slice(1));
  };

  it.each([
    ['a CR is one line end with an LF that came meanwhile', 'one\r', '\ntwo', ['two']],
    ['a CR is one line end with an LF and nothing else', 'one\r', '\n', []],
    ['another character is followed by a line end', 'one', '\ntwo', ['\ntwo']],
    ['an LF is followed by another line end', 'one\n', '\ntwo', ['\ntwo']],
  ])('after %s', async (_, before, after, data) => {
    const stored = await created(before + after);
    await stored.close();
    expect(await dataOf(await from(stored, before.length))).toEqual(data);

    const live = await created(before);
    const events = await from(live, before.length);
    await events.until('"upToDate":true');
    await live.append(after, TEXT);
    await live.close();
    expect(await dataOf(events)).toEqual(data);

    const closing = await created(before);
    const last = await from(closing, before.length);
    await last.until('"upToDate":true');
    await closing.append(after, { ...TEXT, 'Stream-Closed': 'true' });
    expect(await dataOf(last)).toEqual(data);
  });

  it('at the start of the stream an LF is a line end of its own', async () => {
    const stream = await created('\none');
    await stream.close();
    expect(await dataOf(await from(stream, 0))).toEqual(['\none']);
  });
});
