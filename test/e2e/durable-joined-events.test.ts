import { Consumer } from '../support/http';
import { DurableStream, JSON_TYPE, TEXT } from './durable-requests';
import { onEachStore } from './on-each-store';

/** To write to them takes longer than a pass over readers may take of a turn. */
const READERS = 300;
const WRITERS = 6;
const POSTS_EACH = 10;

interface ShownEvent {
  readonly data: string;
  readonly streamNextOffset: string;
  readonly upToDate?: boolean;
  readonly streamClosed?: boolean;
}

/** Each data event with what the control event after it says. A control event alone has no data. */
function shownEvents(text: string): ShownEvent[] {
  const shown: ShownEvent[] = [];
  let data = '';
  for (const block of text.split('\n\n')) {
    const fields = block.split('\n');
    const content = fields.filter((field) => field.startsWith('data:')).map((field) => field.slice(5));
    if (fields[0] === 'event: data') data = content.join('\n');
    if (fields[0] !== 'event: control') continue;
    shown.push({ data, ...JSON.parse(content.join('')) });
    data = '';
  }
  return shown;
}

onEachStore('events of many posts at once', ({ url, freshId }) => {
  /** What a reader has got when the stream has closed, of as many as there are; the last one comes in the middle. */
  async function shownOf(
    stream: DurableStream,
    type: Readonly<Record<string, string>>,
    bodyOf: (writer: number, post: number) => string,
  ): Promise<readonly ShownEvent[][]> {
    await stream.create(type);
    const open = (): Promise<Consumer> => Consumer.open(`${stream.url}?offset=-1&live=sse`);
    const readers = await Promise.all(Array.from({ length: READERS }, open));
    await Promise.all(readers.map((reader) => reader.until('"upToDate":true')));
    const late: Promise<Consumer>[] = [];
    const write = async (writer: number): Promise<void> => {
      for (let post = 0; post < POSTS_EACH; post += 1) {
        expect((await stream.append(bodyOf(writer, post), type)).status).toBe(204);
        if (writer === 0 && post % 3 === 1) late.push(open());
      }
    };
    await Promise.all(Array.from({ length: WRITERS }, (_, writer) => write(writer)));
    await stream.close();
    const all = [...readers, ...(await Promise.all(late))];
    await Promise.all(all.map((reader) => reader.end()));
    return all.map(({ text }) => shownEvents(text));
  }

  it('events of many posts have every byte once, in order, and the offset after them', async () => {
    const stream = new DurableStream(url(`/v1/stream/${freshId()}`));
    const bodyOf = (writer: number, post: number): string => `<${writer}.${post}>\n`.repeat(1 + (post % 3));
    const readers = await shownOf(stream, TEXT, bodyOf);
    const content = (await stream.readAll()).toString();
    for (const events of readers) {
      let shown = '';
      for (const { data, streamNextOffset } of events) {
        shown += data;
        expect(Number(streamNextOffset.slice(17))).toBe(shown.length);
      }
      expect(shown).toBe(content);
      expect(events.at(-1)?.streamClosed).toBe(true);
    }
    const offsets = new Map<string, string>();
    for (const events of readers) {
      for (const [i, { streamNextOffset }] of events.entries()) {
        const rest = events.slice(i + 1).map(({ data }) => data);
        offsets.set(streamNextOffset, rest.join(''));
      }
    }
    for (const [offset, rest] of offsets) expect((await stream.readAll(offset)).toString()).toBe(rest);
  });

  it('events of many posts of JSON have every message once, in arrays that a reader may come back behind', async () => {
    const stream = new DurableStream(url(`/v1/stream/${freshId()}`));
    const bodyOf = (writer: number, post: number): string =>
      JSON.stringify(post % 2 === 0 ? { writer, post } : [{ writer, post }, post]);
    const readers = await shownOf(stream, JSON_TYPE, bodyOf);
    const content: unknown[] = JSON.parse((await stream.read('?offset=-1')).text);
    expect(content).toHaveLength(WRITERS * POSTS_EACH * 1.5);
    const offsets = new Map<string, readonly unknown[]>();
    for (const events of readers) {
      const arrays = events.map(({ data }): unknown[] => (data === '' ? [] : JSON.parse(data)));
      expect(arrays.flat()).toEqual(content);
      for (const [i, { streamNextOffset }] of events.entries())
        offsets.set(streamNextOffset, arrays.slice(i + 1).flat());
    }
    for (const [offset, rest] of offsets)
      expect(JSON.parse((await stream.read(`?offset=${offset}`)).text)).toEqual(rest);
  });
});
