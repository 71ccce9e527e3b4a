import { type Writer, writerOf } from '../../src/core/log/log';
import { generateLogId } from '../../src/core/log/log-id';
import { START } from '../../src/core/log/offset';
import { Consumer } from '../support/http';
import { withCountedTurns } from './counted-turns';

const BYTES = 1024 * 1024;
/** Of the stream: what is painted before the clock below says that the time is over, twice in a turn, and some room. */
const BYTES_PER_TURN = 64 * 1024;

// biome-ignore lint/suspicious/noControlCharactersInRegex: ESC begins an escape sequence.
const SEQUENCES = /\u001b\[[\d;]*m/g;

describe('a spy of a large stream', () => {
  const { store, url, mostWritten } = withCountedTurns();

  beforeEach(() => {
    // Whatever is looked at the clock for takes a millisecond: what is done in a turn is counted, and not how long it takes here.
    let now = performance.now();
    jest.spyOn(performance, 'now').mockImplementation(() => {
      now += 1;
      return now;
    });
  });
  afterEach(() => jest.restoreAllMocks());
  async function logOf(chunks: readonly Buffer[]): Promise<Writer> {
    const { info } = await store.create(
      generateLogId(),
      { contentType: 'text/plain', graceMs: 60_000 },
      'new',
    );
    const writer = writerOf(info);
    if (chunks.length > 0) await store.append(writer, START, chunks);
    return writer;
  }

  const seal = ({ log, epoch }: Writer): Promise<unknown> =>
    store.change(log, { kind: 'seal', epoch, outcome: { kind: 'complete' } });

  /** What the spy was shown of the one log that it sees. */
  function contentOf(spy: Consumer, { id }: Writer['log']): string {
    const [, ...lines] = spy.text.replaceAll(SEQUENCES, '').split('\n');
    const shown = lines.join('\n');
    return shown.slice(`${id}:\n`.length, shown.indexOf(`END: ${id}`));
  }

  const texts: readonly [string, string, string, number][] = [
    ['line feeds', '', '\n', 1],
    ['carriage returns', '', '\r', 1],
    ['escape sequences', '', '\u001b[31m', 1],
    ['what only begins as an escape sequence', '', '\u001b', 3],
    ['bytes that are not UTF-8', '', '\u00ff', 3],
    ['line feeds, in colours', '&color', '\n', 1],
    ['lines of one letter, in colours', '&color', 'x\n', 8],
    ['lines of one red letter, in colours', '&color', '\u001b[31mx\n', 4],
  ];

  it.each(texts)('each turn paints a bounded number of bytes: %s', async (_of, query, unit, factor) => {
    const body = Buffer.alloc(BYTES, unit, unit === '\u00ff' ? 'latin1' : 'utf8');
    const writer = await logOf([body]);
    const spies = await Promise.all(
      [1, 2, 3].map(() => Consumer.open(url(`/spy?from=start&prefix=${writer.log.id}${query}`))),
    );
    await seal(writer);
    for (const spy of spies) {
      await spy.until(`END: ${writer.log.id}`);
      const shown = contentOf(spy, writer.log);
      const expected = `${body.toString()}\n`.replaceAll(SEQUENCES, '').replaceAll('\u001b', '\u241b');
      // A line feed is added unless the last byte is one.
      expect(shown === expected || shown === expected.slice(0, -1)).toBe(true);
      spy.close();
    }
    expect(mostWritten()).toBeLessThan(BYTES_PER_TURN * factor);
  });

  it('each turn paints a bounded number of live bytes, and a flood is shown completely', async () => {
    const writer = await logOf([]);
    const spy = await Consumer.open(url(`/spy?prefix=${writer.log.id}&color`));
    await spy.until('START: ');
    let at = START;
    for (let i = 0; i < 4; i += 1) at = await store.append(writer, at, [Buffer.alloc(BYTES, 'x\n')]);
    await seal(writer);
    await spy.until('END: ');
    expect(contentOf(spy, writer.log) === 'x\n'.repeat((4 * BYTES) / 2)).toBe(true);
    expect(mostWritten()).toBeLessThan(BYTES_PER_TURN * 8);
    spy.close();
  });

  it('each turn paints a bounded number of bytes that come one by one', async () => {
    const writer = await logOf([]);
    const spy = await Consumer.open(url(`/spy?prefix=${writer.log.id}`));
    await spy.until('START: ');
    const bytes = Array.from({ length: BYTES / 4 }, () => Buffer.from('.'));
    await store.append(writer, START, bytes);
    await seal(writer);
    await spy.until('END: ');
    expect(contentOf(spy, writer.log) === `${'.'.repeat(bytes.length)}\n`).toBe(true);
    expect(mostWritten()).toBeLessThan(BYTES_PER_TURN);
    spy.close();
  });
});
