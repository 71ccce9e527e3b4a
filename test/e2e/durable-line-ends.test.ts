import { Consumer } from '../support/http';
import { DurableStream, TEXT, token } from './durable-requests';
import { onEachStore } from './on-each-store';

onEachStore('line ends in events after a reconnect', ({ url, freshId }) => {
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
    ['an LF after a CR belongs to its line end, with text after it', 'one\r', '\ntwo', ['two']],
    ['an LF after a CR belongs to its line end, with nothing after it', 'one\r', '\n', []],
    ['an LF after another character is a line end', 'one', '\ntwo', ['\ntwo']],
    ['an LF after an LF is another line end', 'one\n', '\ntwo', ['\ntwo']],
  ])('%s', async (_, before, after, data) => {
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

  it('an LF at the start of the stream is a line end', async () => {
    const stream = await created('\none');
    await stream.close();
    expect(await dataOf(await from(stream, 0))).toEqual(['\none']);
  });
});
