import { loadMarkers } from '../../../web/folds/load-markers';
import type { SendRequest } from '../../../web/lines/send-request';
import { LogSearch } from '../../../web/search/log-search';
import { ApiError } from '../../../web/shell/api-error';

/** Answers as they are listed, and the lines from which they were asked for. */
function answers(...listed: (readonly object[] | ApiError)[]): { send: SendRequest; from: number[] } {
  const from: number[] = [];
  const send: SendRequest = async (path) => {
    from.push(Number(new URL(path, 'http://x/').searchParams.get('line')));
    const answer = listed.shift();
    if (answer === undefined) throw new Error('another request than expected');
    if (answer instanceof ApiError) throw answer;
    return new Response(answer.map((one) => `${JSON.stringify(one)}\n`).join(''));
  };
  return { send, from };
}

function tooCostly(next: number): ApiError {
  return new ApiError(422, 'search_too_costly', 'The search was ended', { next });
}

async function search(send: SendRequest): Promise<LogSearch> {
  const parts = { send, id: 'a', lines: () => 900_000, bytes: () => 9_000_000, onChanged: () => undefined };
  const found = new LogSearch(parts);
  found.search({ text: 'x', matchCase: true, isRegex: true });
  while (found.isSearching) await new Promise((resolve) => setImmediate(resolve));
  return found;
}

const END = { matches: 1, truncated: false, scannedBytes: 1 };

it('a search of a long log goes on where the server has ended it', async () => {
  const match = { line: 600_000, text: 'x', at: [[0, 1]] };
  const { send, from } = answers(
    tooCostly(400_000),
    [match, { ...END, error: 'too long', code: 'search_too_costly', next: 800_000 }],
    [END],
  );
  const { found, failure, hasMore } = await search(send);
  expect([from, found.count, failure, hasMore]).toEqual([[1, 400_000, 800_000], 1, undefined, false]);
});

it('a costly expression is not tried again by itself', async () => {
  const { send, from } = answers(tooCostly(17));
  const { failure, hasMore } = await search(send);
  expect([from, hasMore]).toEqual([[1], true]);
  expect(failure).toContain('too long');
});

it('an answer that breaks off is a failure, and what was found remains', async () => {
  const { found, failure } = await search(answers([{ line: 3, text: 'x', at: [[0, 1]] }]).send);
  expect([found.count, failure]).toEqual([1, 'The connection was lost during the search']);
});

it('of a log that grows for long, matches are searched for up to a bound, and then on request', async () => {
  let lines = 0;
  let bytes = 0;
  const send: SendRequest = async (path) => {
    const from = Number(new URL(path, 'http://x/').searchParams.get('line'));
    const matches = Array.from({ length: lines - from + 1 }, (_, at) => ({ line: from + at, text: 'x' }));
    return new Response([...matches, END].map((one) => `${JSON.stringify(one)}\n`).join(''));
  };
  const parts = { send, id: 'a', lines: () => lines, bytes: () => bytes, onChanged: () => undefined };
  const growing = new LogSearch(parts);
  const settle = async (): Promise<void> => {
    while (growing.isSearching) await new Promise((resolve) => setImmediate(resolve));
  };
  const grow = async (): Promise<void> => {
    [lines, bytes] = [lines + 9_000, bytes + 18_000];
    growing.grown();
    await settle();
  };
  await grow();
  growing.search({ text: 'x', matchCase: true, isRegex: false });
  await settle();
  for (let seconds = 0; seconds < 30; seconds += 1) await grow();
  expect([growing.found.count, growing.hasMore]).toEqual([207_000, true]);
  await growing.more(growing.found.ahead);
  expect([growing.found.count, growing.hasMore]).toEqual([lines, false]);
});

describe('the markers of a long log', () => {
  async function load(
    send: SendRequest,
    lastLine = 900_000,
  ): Promise<{ lines: number[]; searchedTo: number | undefined }> {
    const lines: number[] = [];
    const wanted = { id: 'a', lastLine, onMarkers: (line: number) => void lines.push(line) };
    return { lines, searchedTo: await loadMarkers(send, wanted, new AbortController().signal) };
  }

  it('the search goes on where the server has ended it, and at the bound of an answer', async () => {
    const { send, from } = answers(
      tooCostly(400_000),
      [
        { line: 500_000, text: '::group::a' },
        { ...END, truncated: true, next: 500_001 },
      ],
      [{ line: 700_000, text: '::endgroup::' }, END],
    );
    expect(await load(send)).toEqual({ lines: [500_000, 700_000], searchedTo: undefined });
    expect(from).toEqual([1, 400_000, 500_001]);
  });

  it('a search that gets nowhere ends, and it is known where', async () => {
    const { send } = answers(tooCostly(400_000), tooCostly(400_005));
    expect(await load(send)).toEqual({ lines: [], searchedTo: 399_999 });
  });

  it('lines that arrive by themselves are left out', async () => {
    const { send } = answers([{ line: 5, text: '::group::a' }, { line: 11, text: '::endgroup::' }, END]);
    expect(await load(send, 10)).toEqual({ lines: [5], searchedTo: undefined });
  });
});
