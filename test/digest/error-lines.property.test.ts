import fc from 'fast-check';
import { countNewlines } from '../../src/core/lines/newlines';
import { advance, type Offset, START } from '../../src/core/log/offset';
import { type LineBlock, LineBlocks } from '../../src/core/search/line-blocks';
import { ErrorLines } from '../../src/digest/error-lines';
import { directMatcher } from '../core/search/direct-matcher';

const NEVER = new AbortController().signal;

const logs = fc
  .array(fc.constantFrom('error', 'fine', '', 'an error €', 'x'.repeat(1_200), 'error\r'), { maxLength: 40 })
  .chain((lines) => fc.boolean().map((ends) => lines.join('\n') + (ends ? '\n' : '')));

const cuts = fc.array(fc.nat(3_000), { maxLength: 12 });

describe('the lines that report errors', () => {
  it('the first and the last five, with the lines around them, are those of the whole log, however it is cut', async () => {
    await fc.assert(
      fc.asyncProperty(logs, cuts, async (log, at) => {
        const found = new ErrorLines(directMatcher('error'));
        await push(found, Buffer.from(log), at);
        const wanted = naive(log);
        expect(found.count).toBe(wanted.length);
        expect(found.first.map(plain)).toEqual(wanted.slice(0, 5));
        expect(found.last.map(plain)).toEqual(wanted.slice(5).slice(-5));
      }),
    );
  });

  it('a log of a hundred thousand errors is searched without making texts of all', async () => {
    const found = new ErrorLines(directMatcher('error'));
    await push(found, Buffer.from('error\n'.repeat(100_000)), [300_000]);
    expect(found.count).toBe(100_000);
    expect(found.last.map(({ line }) => line)).toEqual([99_996, 99_997, 99_998, 99_999, 100_000]);
  });

  it('lines behind a gap are not around those before it', async () => {
    const found = new ErrorLines(directMatcher('error'));
    await found.push(block('a\nerror\n'), 1, NEVER);
    found.flush();
    await found.push(block('b\nerror\nc\n'), 1_000, NEVER);
    found.flush();
    expect(found.first.map(plain)).toEqual([
      { line: 2, text: 'error', before: ['a'], after: [] },
      { line: 1_001, text: 'error', before: ['b'], after: ['c'] },
    ]);
  });
});

function block(text: string): LineBlock {
  return { bytes: Buffer.from(text), from: START, times: [], isCut: false };
}

async function push(found: ErrorLines, log: Buffer, at: readonly number[]): Promise<void> {
  const ends = [...at, log.length].map((cut) => Math.min(cut, log.length)).sort((a, b) => a - b);
  const blocks = new LineBlocks(START);
  let [from, line]: [Offset, number] = [START, 1];
  const take = async (one: LineBlock): Promise<void> => {
    await found.push(one, line, NEVER);
    line += countNewlines(one.bytes);
  };
  for (const end of ends) {
    const next = advance(START, end);
    for (const one of blocks.push({ chunks: [log.subarray(from, end)], next })) await take(one);
    from = next;
  }
  const rest = blocks.flush();
  if (rest !== undefined) await take(rest);
  found.flush();
}

interface Plain {
  readonly line: number;
  readonly text: string;
  readonly before: readonly string[];
  readonly after: readonly string[];
}

function plain({ line, text, before, after }: Plain): Plain {
  return { line, text, before, after };
}

function naive(log: string): Plain[] {
  const lines = log.endsWith('\n') ? log.slice(0, -1).split('\n') : log.split('\n');
  const shown = lines.map((line) => line.slice(0, 1_000).replace(/\r$/, ''));
  return shown.flatMap((text, index) =>
    text.includes('error')
      ? [
          {
            line: index + 1,
            text,
            before: shown.slice(Math.max(0, index - 3), index),
            after: shown.slice(index + 1, index + 4),
          },
        ]
      : [],
  );
}
