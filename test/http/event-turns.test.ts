import { request } from '../support/http';
import { withCountedTurns } from './counted-turns';

const BYTES = 1024 * 1024;
/** Of the stream. What is worked on at once, a slice that has a turn of its own, and a line that was kept before. */
const BYTES_PER_TURN = 192 * 1024;

function filled(unit: string): Buffer {
  return Buffer.alloc(BYTES, unit);
}

/** The data of all events of a kind that carries the stream's bytes (WHATWG HTML, 9.2.6). */
function dataOf(events: string, space: '' | ' '): { event: string; data: string }[] {
  return events
    .split('\n\n')
    .map((block) => block.split('\n'))
    .filter((lines) => lines.some((line) => line.startsWith('data:')))
    .map((lines) => ({
      event: lines.find((line) => line.startsWith('event: '))?.slice('event: '.length) ?? 'message',
      data: lines
        .filter((line) => line.startsWith('data:'))
        .map((line) => line.slice('data:'.length).replace(space, ''))
        .join('\n'),
    }));
}

function shownByLoom(events: string): string {
  return dataOf(events, ' ')
    .filter(({ event }) => event !== 'end')
    .map(({ event, data }) => (event === 'partial' ? data : `${data}\n`))
    .join('');
}

function shownByDurable(events: string): string[] {
  return dataOf(events, '')
    .filter(({ event }) => event === 'data')
    .map(({ data }) => data);
}

const asLines = (text: string): string => text.replaceAll(/\r\n|\r/g, '\n');

describe('server-sent events of a large stream', () => {
  const { url, mostWritten } = withCountedTurns();

  const anyText: readonly [string, Buffer, number][] = [
    ['line feeds', filled('\n'), 7],
    ['carriage returns', filled('\r'), 7],
    ['CRLFs', filled('\r\n'), 4],
    ['lines of one letter', filled('x\n'), 4],
    ['one line', filled('x'), 1],
    ['characters of three bytes', filled('€'), 1],
    ['short lines of long characters', filled('🧵\n€\r'), 3],
    ['bytes that are not UTF-8', filled('x').fill(0xff), 3],
  ];

  it.each(anyText)(
    'each turn of the event loop writes a bounded number of bytes on /stream: %s',
    async (_of, body, factor) => {
      await request(url('/stream/loom?force=true'), { method: 'POST', body });
      const { text } = await request(url('/stream/loom'), { headers: { Accept: 'text/event-stream' } });
      expect(asLines(shownByLoom(text))).toBe(asLines(body.toString()));
      expect(mostWritten()).toBeLessThan(BYTES_PER_TURN * factor);
    },
  );

  it.each(anyText)(
    'each turn of the event loop writes a bounded number of bytes on /v1/stream: %s',
    async (_of, body, factor) => {
      await put('text/plain', body);
      const { text } = await request(url('/v1/stream/durable?offset=-1&live=sse'));
      expect(shownByDurable(text).join('')).toBe(asLines(body.toString()));
      expect(mostWritten()).toBeLessThan(BYTES_PER_TURN * factor);
    },
  );

  it('each turn of the event loop writes a bounded number of bytes on /v1/stream: bytes in base64', async () => {
    const body = filled('\0\x01\xff');
    await put('application/octet-stream', body);
    const { text } = await request(url('/v1/stream/durable?offset=-1&live=sse'));
    const shown = Buffer.concat(shownByDurable(text).map((data) => Buffer.from(data, 'base64')));
    expect(shown.equals(body)).toBe(true);
    expect(mostWritten()).toBeLessThan(BYTES_PER_TURN * 1.5);
  });

  it('each turn of the event loop writes a bounded number of bytes on /v1/stream: short messages', async () => {
    const values = JSON.stringify(new Array<number>(BYTES / 2).fill(1));
    await put('application/json', Buffer.from(values));
    const { text } = await request(url('/v1/stream/durable?offset=-1&live=sse'));
    const shown: unknown[] = shownByDurable(text).flatMap((data) => JSON.parse(data));
    // Equal texts, since half a million expected numbers take Jest seconds.
    expect(JSON.stringify(shown) === values).toBe(true);
    expect(mostWritten()).toBeLessThan(BYTES_PER_TURN * 1.5);
  });

  it('a long message arrives whole', async () => {
    const value = { text: 'x'.repeat(BYTES), after: [1, 2] };
    await put('application/json', Buffer.from(JSON.stringify([0, value, 1])));
    const { text } = await request(url('/v1/stream/durable?offset=-1&live=sse'));
    expect(shownByDurable(text).flatMap((data) => JSON.parse(data))).toEqual([0, value, 1]);
  });

  async function put(type: string, body: Buffer): Promise<void> {
    await request(url('/v1/stream/durable'), { method: 'DELETE' });
    const headers = { 'Content-Type': type, 'Stream-Closed': 'true' };
    const { status } = await request(url('/v1/stream/durable'), { method: 'PUT', headers, body });
    expect(status).toBe(201);
  }
});
