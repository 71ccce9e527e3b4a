import { Consumer, Producer, request } from '../support/http';
import { onEachStore } from './on-each-store';
import { objectsIn, search } from './search-answers';

const LOG = 'one\nTwo two\r\nthree €uro 😀 x\n\nfive\nlast';

onEachStore('a search of a stream', ({ url, freshId }) => {
  const made = async (body: string | Buffer = LOG): Promise<string> => {
    const id = freshId();
    expect((await request(url(`/stream/${id}`), { method: 'POST', body })).status).toBe(201);
    return id;
  };
  const matchesOf = (id: string, query: string) => search(url(`/stream/${id}/matches?${query}`));
  const refused = async (query: string) => {
    const { status, text } = await request(url(`/stream/${await made()}/matches?${query}`));
    return [status, JSON.parse(text).code, JSON.parse(text).error];
  };

  it('sends each line with its number, offset, time and places', async () => {
    const { answer, matches, last } = await matchesOf(await made(), 'q=e');
    expect(answer.headers['content-type']).toBe('application/x-ndjson');
    expect(answer.headers['x-stream-state']).toBe('closed; outcome=complete');
    expect(matches.map(({ line, offset, text, at }) => ({ line, offset, text, at }))).toEqual([
      { line: 1, offset: 0, text: 'one', at: [[2, 3]] },
      {
        line: 3,
        offset: 13,
        text: 'three €uro 😀 x',
        at: [
          [3, 4],
          [4, 5],
        ],
      },
      { line: 5, offset: 34, text: 'five', at: [[3, 4]] },
    ]);
    for (const { time } of matches) expect(String(time)).toMatch(/^20\d\d-\d\d-\d\dT[\d:]{8}\.\d{3}Z$/);
    expect(last).toEqual({ matches: 3, truncated: false, scannedBytes: Buffer.byteLength(LOG) });
  });

  it('says how many bytes were searched up to the line to go on from', async () => {
    const id = await made();
    const cuts: unknown[] = [];
    for (let line = 1; ; ) {
      const { last } = await matchesOf(id, `q=e&limit=1&line=${line}`);
      cuts.push([last.scannedBytes, last.next]);
      if (last.next === undefined) break;
      line = Number(last.next);
    }
    // The lines begin at 0, 4, 13, 33, 34 and 39.
    expect(cuts).toEqual([
      [4, 2],
      [29, 4],
      [6, 6],
      [4, undefined],
    ]);
    const { last } = await matchesOf(id, 'q=e&limit=2');
    expect(last).toMatchObject({ scannedBytes: 33, next: 4 });
  });

  it('gives places in UTF-16 code units, which slice the text', async () => {
    const id = await made();
    for (const query of [
      'q=x',
      'q=x&ignoreCase',
      'q=x$&regex',
      'q=%E2%82%ACURO&ignoreCase',
      'q=%F0%9F%98%80',
    ]) {
      const { matches } = await matchesOf(id, query);
      const wanted = query.includes('AC') ? '€uro' : query.includes('F0') ? '😀' : 'x';
      const [place = []] = (matches[0]?.at ?? []) as number[][];
      expect(String(matches[0]?.text).slice(place[0], place[1])).toBe(wanted);
    }
  });

  it.each([
    ['q=two', [2]],
    ['q=TWO&ignoreCase', [2]],
    ['q=two$&regex', [2]],
    ['q=^$&regex', [4]],
    ['q=^t&regex&ignoreCase=true', [2, 3]],
    ['q=e&invert', [2, 4, 6]],
    ['q=^$&regex&invert&line=3', [3, 5, 6]],
    ['q=%5Cp%7BEmoji_Presentation%7D&regex', [3]],
    ['q=last', [6]],
    ['q=e&line=4', [5]],
    ['q=e&line=7', []],
    ['q=absent', []],
  ])('%s finds the lines %j', async (query, lines) => {
    const { matches } = await matchesOf(await made(), query);
    expect(matches.map(({ line }) => line)).toEqual(lines);
  });

  it('has the lines around a match, also before the first line', async () => {
    const id = await made();
    const { matches } = await matchesOf(id, 'q=five&context=2');
    const context = { before: ['three €uro 😀 x', ''], after: ['last'] };
    expect(matches).toMatchObject([{ line: 5, context }]);
    expect((await matchesOf(id, 'q=five&context=2&line=5')).matches).toMatchObject([{ line: 5, context }]);
  });

  it('goes on with the line that it names when it has reached its limit', async () => {
    const id = await made('x1\ny\nx2\nx3\n');
    const first = await matchesOf(id, 'q=x&limit=2');
    expect(first.last).toMatchObject({ matches: 2, truncated: true, next: 4 });
    const rest = await matchesOf(id, `q=x&limit=2&line=${first.last.next}`);
    expect(rest.matches.map(({ text }) => text)).toEqual(['x3']);
    expect(rest.last).toMatchObject({ matches: 1, truncated: false });
  });

  it.each([
    ['q=e', 3],
    ['q=e&invert', 3],
    ['q=e&line=4', 1],
    ['q=^t&regex&ignoreCase', 2],
    ['q=e&line=7', 0],
    ['q=e&line=700', 0],
    ['q=absent', 0],
  ])('%s&count sends only that there are %i', async (query, count) => {
    const { matches, last } = await matchesOf(await made(), `${query}&count`);
    expect(matches).toEqual([]);
    expect(last).toEqual({ matches: count, truncated: false, scannedBytes: expect.any(Number) });
  });

  it('counts more lines than it would send, as fast as threads read them', async () => {
    const id = await made(`${'-'.repeat(50)}\nneedle ${'-'.repeat(50)}\n`.repeat(60_000));
    for (const query of ['q=needle', 'q=^ne%2Bdle&regex', 'q=needle&invert', 'q=%5E&regex&line=60001'])
      expect((await matchesOf(id, `${query}&count`)).last).toMatchObject({
        matches: 60_000,
        truncated: false,
      });
  });

  it.each(['context=1', 'limit=5', 'follow'])('refuses count with %s', async (other) => {
    const [name] = other.split('=');
    expect(await refused(`q=a&count&${other}`)).toEqual([
      400,
      'parameter_invalid',
      `${name} does not go with count`,
    ]);
  });

  it('finds what is at the borders of the pages of the store', async () => {
    const line = `${'-'.repeat(99)}\n`;
    const body = `${line.repeat(5_242)}${'.'.repeat(80)}needle${'.'.repeat(80)}\n${line.repeat(6_000)}needle`;
    for (const query of ['q=needle', 'q=NEEDLE&ignoreCase', 'q=ne%2Bdle&regex']) {
      const { matches } = await matchesOf(await made(body), query);
      expect(matches.map(({ line: number, offset }) => [number, offset])).toEqual([
        [5_243, 524_200],
        [11_244, 1_124_367],
      ]);
    }
  });

  it('cuts a long line', async () => {
    const { matches } = await matchesOf(await made(`needle ${'€'.repeat(40_000)} needle\n`), 'q=needle');
    expect(matches).toMatchObject([{ cut: true, at: [[0, 6]] }]);
    expect(String(matches[0]?.text)).toBe(`needle ${'€'.repeat(21_843)}`);
  });

  it('goes on with the lines that come, and ends with the stream', async () => {
    const id = freshId();
    const producer = new Producer(url(`/stream/${id}`));
    await producer.head;
    await producer.write('error 1\nfine\nerr');
    const followed = await Promise.all(
      ['q=error', 'q=^er%2Bor&regex'].map((query) =>
        Consumer.open(url(`/stream/${id}/matches?${query}&follow`)),
      ),
    );
    for (const one of followed) await one.until('error 1');
    await producer.write('or 2\nfine\n');
    for (const one of followed) await one.until('error 2');
    await producer.end('error 3');
    for (const one of followed) {
      expect(await one.end()).toMatchObject({ complete: true });
      const objects = objectsIn(one.text);
      expect(objects.slice(0, -1).map(({ line, text }) => [line, text])).toEqual([
        [1, 'error 1'],
        [3, 'error 2'],
        [5, 'error 3'],
      ]);
      expect(objects.at(-1)).toMatchObject({
        matches: 3,
        truncated: false,
        state: 'closed',
        outcome: 'complete',
      });
    }
  });

  it('ends when the stream that it follows is replaced', async () => {
    const id = freshId();
    const producer = new Producer(url(`/stream/${id}`));
    await producer.head;
    await producer.write('old\n');
    const followed = await Consumer.open(url(`/stream/${id}/matches?q=l&follow`));
    await followed.until('old');
    await request(url(`/stream/${id}?force=true`), { method: 'POST', body: 'new l\n' });
    expect(await followed.end()).toMatchObject({ complete: true });
    expect(objectsIn(followed.text).at(-1)).toMatchObject({ matches: 1, outcome: 'replaced' });
    expect(followed.text).not.toContain('new');
  });

  it('ends at its limit while it follows', async () => {
    const id = freshId();
    const producer = new Producer(url(`/stream/${id}`));
    await producer.head;
    const followed = await Consumer.open(url(`/stream/${id}/matches?q=x&follow&limit=2`));
    await producer.write('x1\nx2\nx3\n');
    expect(await followed.end()).toMatchObject({ complete: true });
    expect(objectsIn(followed.text).at(-1)).toMatchObject({ matches: 2, truncated: true, next: 3 });
    await producer.end();
  });

  it('refuses what it does not understand, and says what is allowed', async () => {
    expect(await refused('')).toEqual([400, 'parameter_invalid', expect.stringContaining('q is missing')]);
    expect(await refused('q=')).toEqual([
      400,
      'parameter_invalid',
      expect.stringContaining('1 to 1024 bytes'),
    ]);
    expect(await refused('q=a%0Ab')).toEqual([
      400,
      'parameter_invalid',
      expect.stringContaining('line feed'),
    ]);
    expect(await refused('q=%FF')).toEqual([400, 'parameter_invalid', expect.stringContaining('UTF-8')]);
    expect(await refused('q=(&regex')).toEqual([
      400,
      'parameter_invalid',
      expect.stringContaining('Unterminated group'),
    ]);
    expect(await refused('q=a&context=21')).toEqual([
      400,
      'parameter_invalid',
      expect.stringContaining('0 to 20'),
    ]);
    expect(await refused('q=a&limit=0')).toEqual([
      400,
      'parameter_invalid',
      expect.stringContaining('1 to 10000'),
    ]);
    expect(await refused('q=a&ignorecase')).toEqual([
      400,
      'parameter_invalid',
      expect.stringContaining('"ignorecase"'),
    ]);
    expect(await refused('q=a&q=b')).toEqual([
      400,
      'parameter_invalid',
      expect.stringContaining('more than once'),
    ]);
  });

  it('says that there is no such stream', async () => {
    expect((await request(url(`/stream/${freshId()}/matches?q=a`))).status).toBe(404);
  });

  it('answers HEAD without a search', async () => {
    const { status, headers, text } = await request(url(`/stream/${await made()}/matches?q=e`), {
      method: 'HEAD',
    });
    expect([status, headers['content-type'], text]).toEqual([200, 'application/x-ndjson', '']);
  });
});

onEachStore('a search of many streams', ({ url, freshId }) => {
  const make = (id: string, body: string) => request(url(`/stream/${id}`), { method: 'POST', body });

  it('finds the lines of the newest stream first, and goes on where it ended', async () => {
    const prefix = freshId();
    for (const name of ['a', 'b', 'c'])
      await make(`${prefix}-${name}`, `${name}1 x\nno\n${name}2 x\n${name}3 x\n`);
    await make(freshId(), 'x\n');
    const found: unknown[] = [];
    let requests = 0;
    for (let cursor = ''; ; requests += 1) {
      const { matches, last } = await search(url(`/matches?prefix=${prefix}&q=x&limit=2${cursor}`));
      found.push(...matches.map(({ id, line, text }) => [String(id).slice(-1), line, text]));
      if (last.truncated !== true) break;
      cursor = `&cursor=${last.next}`;
    }
    const ofOne = (name: string) => [1, 3, 4].map((line, i) => [name, line, `${name}${i + 1} x`]);
    expect(found).toEqual([...ofOne('c'), ...ofOne('b'), ...ofOne('a')]);
    expect(requests).toBe(4);
  });

  it('counts the lines of each stream', async () => {
    const prefix = freshId();
    for (const [i, name] of ['a', 'b', 'c'].entries())
      await make(`${prefix}-${name}`, 'x\ny\n'.repeat(2 * i));
    const { matches, last } = await search(url(`/matches?prefix=${prefix}&q=x&count`));
    expect(matches).toEqual([
      { id: `${prefix}-c`, matches: 4 },
      { id: `${prefix}-b`, matches: 2 },
    ]);
    expect(last).toEqual({ matches: 6, truncated: false, scannedBytes: 24 });
  });

  it('goes on with the next stream when the one where it ended is removed', async () => {
    const prefix = freshId();
    for (const name of ['a', 'b', 'c']) await make(`${prefix}-${name}`, `${name} x\n${name} x\n`);
    const { last } = await search(url(`/matches?prefix=${prefix}&q=x&limit=3`));
    await request(url(`/stream/${prefix}-b`), { method: 'DELETE' });
    const { matches } = await search(url(`/matches?prefix=${prefix}&q=x&cursor=${last.next}`));
    expect(matches.map(({ id, line }) => [id, line])).toEqual([
      [`${prefix}-a`, 1],
      [`${prefix}-a`, 2],
    ]);
  });

  it('searches more streams than a page of the list has', async () => {
    const prefix = freshId();
    for (let i = 0; i < 130; i += 1) await make(`${prefix}-${i}`, `line ${i}\n`);
    const { matches } = await search(url(`/matches?prefix=${prefix}&q=line`));
    expect(matches.map(({ text }) => text)).toEqual(Array.from({ length: 130 }, (_, i) => `line ${129 - i}`));
    const { matches: few } = await search(
      url(`/matches?prefix=${prefix}&q=${encodeURIComponent('^line 1?3$')}&regex`),
    );
    expect(few.map(({ text }) => text)).toEqual(['line 13', 'line 3']);
  });

  it.each(['x', 'W10', 'WzEsMiwzLDRd'])('refuses the cursor %s', async (cursor) => {
    const { status, text } = await request(url(`/matches?q=a&cursor=${cursor}`));
    expect([status, JSON.parse(text).code]).toEqual([400, 'parameter_invalid']);
  });
});
