import { eventually } from '../faults/eventually';
import { Consumer, Producer, request } from '../support/http';
import { type Scrape, scrape, scrapeUntil } from '../support/metrics';
import { promtool } from '../support/promtool';
import { onEachStore } from './on-each-store';
import { withLoom } from './with-loom';

const TEXT = { 'Content-Type': 'text/plain' };

onEachStore('/metrics', ({ url, freshId }) => {
  const now = (): Promise<Scrape> => scrape(url(''));
  /** A request is counted once its connection is done with it, which the client may notice before. */
  const until = (what: string, isSo: (metrics: Scrape) => boolean): Promise<Scrape> =>
    scrapeUntil(url(''), what, isSo);

  it('promtool finds no mistake in the text', async () => {
    await request(url(`/stream/${freshId()}`), { method: 'POST', body: 'x' });
    const { headers, text } = await request(url('/metrics'));
    expect(headers['content-type']).toBe('text/plain; version=0.0.4; charset=utf-8');
    expect(promtool(['check', 'metrics'], text)).toEqual({ code: 0, output: '' });
  });

  it('a scraper that prefers OpenMetrics gets it', async () => {
    const Accept =
      'application/openmetrics-text;version=1.0.0;q=0.5,text/plain;version=0.0.4;q=0.3,*/*;q=0.1';
    const { headers, text } = await request(url('/metrics'), { headers: { Accept } });
    expect(headers['content-type']).toBe('application/openmetrics-text; version=1.0.0; charset=utf-8');
    expect(text).toMatch(/^# TYPE loom_appends counter$/m);
    expect(text.endsWith('\n# EOF\n')).toBe(true);
    expect((await request(url('/metrics'), { headers: { Accept: 'text/plain' } })).headers['vary']).toBe(
      'Accept',
    );
  });

  it('an append counts with exactly its bytes, on the wire that it came by', async () => {
    const before = await now();
    const bytes = 123_457;
    await request(url(`/stream/${freshId()}`), { method: 'POST', body: Buffer.alloc(bytes, 'a') });
    const after = await now();
    const grown = (wire: string): number =>
      after.value('loom_appended_bytes_total', { wire }) -
      before.value('loom_appended_bytes_total', { wire });
    expect([grown('loom'), grown('durable'), grown('gitlab')]).toEqual([bytes, 0, 0]);
    const appends = (metrics: Scrape): number => metrics.value('loom_appends_total', { wire: 'loom' });
    expect(appends(after)).toBeGreaterThan(appends(before));
    const acknowledged = (metrics: Scrape): number => metrics.value('loom_append_ack_duration_seconds_count');
    expect(acknowledged(after) - acknowledged(before)).toBe(appends(after) - appends(before));
  });

  it('on /v1/stream, what a stream begins with and what is appended count, and a repeated append does not', async () => {
    const before = await now();
    const path = url(`/v1/stream/${freshId()}`);
    await request(path, { method: 'PUT', headers: TEXT, body: 'abc' });
    const producer = { 'Producer-Id': 'p', 'Producer-Epoch': '0', 'Producer-Seq': '0' };
    for (const status of [200, 204]) {
      const answer = await request(path, { method: 'POST', headers: { ...TEXT, ...producer }, body: 'defg' });
      expect(answer.status).toBe(status);
    }
    const after = await now();
    const grown = (name: string): number =>
      after.value(name, { wire: 'durable' }) - before.value(name, { wire: 'durable' });
    expect([grown('loom_appends_total'), grown('loom_appended_bytes_total')]).toEqual([2, 7]);
  });

  it('what consumers get counts once per consumer, whatever form they get it in', async () => {
    const path = `/stream/${freshId()}`;
    await request(url(path), { method: 'POST', body: 'twelve bytes' });
    const delivered = async (wire: string): Promise<number> =>
      (await now()).value('loom_delivered_bytes_total', { wire });
    const before = await delivered('loom');
    await request(url(path));
    await request(url(`${path}?offset=7&notail`));
    await request(url(path), { headers: { Range: 'bytes=0-2' } });
    await request(url(path), { headers: { 'Accept-Encoding': 'gzip' } });
    await request(url(path), { headers: { Accept: 'text/event-stream' } });
    await request(url(path), { headers: { Accept: 'application/x-ndjson' } });
    await request(url(path), { method: 'HEAD' });
    expect((await delivered('loom')) - before).toBe(12 + 5 + 3 + 12 + 12 + 12);
    const beforeDurable = await delivered('durable');
    await request(url(`/v1${path}?offset=-1`));
    expect((await delivered('durable')) - beforeDurable).toBe(12);
  });

  it('a tail counts while it is open, and the bytes that it gets live', async () => {
    const producer = new Producer(url(`/stream/${freshId()}`));
    const { location = '' } = (await producer.head).headers;
    const before = await until('there is none', (metrics) => metrics.value('loom_tails') === 0);
    const tails = [
      await Consumer.open(url(location)),
      await Consumer.open(url(location), { Accept: 'text/event-stream' }),
    ];
    await until('both count', (metrics) => metrics.value('loom_tails') === 2);
    await producer.write('a line\n');
    for (const tail of tails) await tail.until('a line\n');
    const bytes = (metrics: Scrape): number => metrics.value('loom_delivered_bytes_total', { wire: 'loom' });
    expect(bytes(await now()) - bytes(before)).toBe(14);
    tails[0]?.close();
    await until('one has left', (metrics) => metrics.value('loom_tails') === 1);
    await producer.end();
    await tails[1]?.end();
    await until('none is left', (metrics) => metrics.value('loom_tails') === 0);
  });

  it('a spy counts while it is connected, and the bytes that it gets', async () => {
    const before = await until('there is none', (metrics) => metrics.value('loom_spies') === 0);
    const spy = await Consumer.open(url('/spy'));
    await until('it counts', (metrics) => metrics.value('loom_spies') === 1);
    const id = freshId();
    await request(url(`/stream/${id}`), { method: 'POST', body: 'seen\n' });
    await spy.until(`END: ${id}`);
    const bytes = (metrics: Scrape): number => metrics.value('loom_delivered_bytes_total', { wire: 'spy' });
    expect(bytes(await now()) - bytes(before)).toBe(5);
    spy.close();
    await until('it has left', (metrics) => metrics.value('loom_spies') === 0);
  });

  it('the bytes that a spy misses because it takes nothing count as skipped', async () => {
    const spy = await Consumer.open(url('/spy'));
    const id = freshId();
    const producer = new Producer(url(`/stream/${id}`));
    await producer.head;
    await spy.until(id);
    spy.res.pause();
    const piece = Buffer.alloc(256 * 1024, 'x\n');
    // The first megabytes fill the buffers of the kernel.
    await eventually('some are skipped', async () => {
      await producer.write(piece);
      return (await now()).value('loom_spy_skipped_bytes_total') > 0;
    });
    spy.close();
    await producer.end();
  });

  it('streams count by their state, and their creations and ends by the outcome', async () => {
    const states = (metrics: Scrape): readonly number[] =>
      ['open', 'interrupted', 'closed'].map((state) => metrics.value('loom_streams', { state }));
    const before = await now();
    const changed = (after: Scrape): readonly number[] =>
      states(after).map((count, i) => count - (states(before)[i] ?? 0));
    const id = freshId();
    const producer = new Producer(url(`/stream/${id}`));
    await producer.head;
    expect(changed(await now())).toEqual([1, 0, 0]);
    await producer.end('x');
    expect(changed(await now())).toEqual([0, 0, 1]);
    await request(url(`/stream/${id}?force=true`), { method: 'POST', body: 'again' });
    await request(url(`/stream/${id}`), { method: 'DELETE' });
    const after = await now();
    expect(changed(after)).toEqual([0, 0, 0]);
    const grown = (name: string, labels = {}): number =>
      after.value(name, labels) - before.value(name, labels);
    expect(grown('loom_streams_created_total')).toBe(2);
    const ended = ['complete', 'replaced', 'deleted', 'aborted'].map((outcome) =>
      grown('loom_streams_ended_total', { outcome }),
    );
    expect(ended).toEqual([2, 1, 1, 0]);
  });

  it('a producer that goes on with its stream counts as a resume', async () => {
    const path = url(`/stream/${freshId()}`);
    await request(path, { method: 'POST', headers: { 'Upload-Complete': '?0' }, body: 'abc' });
    const before = (await now()).value('loom_producer_resumes_total');
    const patch = { 'Content-Type': 'application/partial-upload', 'Upload-Complete': '?1' };
    const wrong = { ...patch, 'Upload-Offset': '1' };
    expect((await request(path, { method: 'PATCH', headers: wrong, body: 'x' })).status).toBe(409);
    const right = { ...patch, 'Upload-Offset': '3' };
    expect((await request(path, { method: 'PATCH', headers: right, body: 'def' })).status).toBe(204);
    expect((await now()).value('loom_producer_resumes_total') - before).toBe(1);
  });

  it('a request counts by its wire, route, method and status, and a refused one by its code', async () => {
    const before = await now();
    const answers: readonly [method: string, path: string][] = [
      ['GET', `/stream/${freshId()}`],
      ['GET', `/stream/${freshId()}/info`],
      ['GET', '/stream?limit=1'],
      ['GET', `/v1/stream/${freshId()}`],
      ['BREW', '/stream'],
      ['GET', '/nothing/here'],
    ];
    for (const [method, path] of answers) await request(url(path), { method });
    const expected = [
      { wire: 'loom', method: 'GET', route: '/stream/:id', code: '404' },
      { wire: 'loom', method: 'GET', route: '/stream/:id/info', code: '404' },
      { wire: 'loom', method: 'GET', route: '/stream', code: '200' },
      { wire: 'durable', method: 'GET', route: '/v1/stream/:id', code: '404' },
      { wire: 'none', method: 'other', route: 'other', code: '400' },
    ];
    const grown = (metrics: Scrape, name: string, labels: Readonly<Record<string, string>>): number =>
      metrics.sum(name, labels) - before.sum(name, labels);
    const after = await until('all are counted', (metrics) => {
      const areCounted = expected.every((labels) => grown(metrics, 'loom_http_requests_total', labels) > 0);
      return areCounted && grown(metrics, 'loom_refused_total', {}) >= 5;
    });
    expect(grown(after, 'loom_http_requests_total', { route: 'other', code: '404' })).toBe(1);
    const refused = (code: string): number =>
      after.value('loom_refused_total', { code }) - before.value('loom_refused_total', { code });
    expect(refused('stream_not_found')).toBe(3);
    // The parser of Node does not know the method.
    expect(refused('http_malformed')).toBe(1);
    expect(refused('route_not_found')).toBe(1);
  });

  it('the duration of an answer counts unless it is live or an upload', async () => {
    const count = (metrics: Scrape, method: string): number =>
      metrics.sum('loom_http_request_duration_seconds_count', { wire: 'loom', method, route: '/stream/:id' });
    const path = `/stream/${freshId()}`;
    const before = await now();
    const producer = new Producer(url(path));
    await producer.head;
    const tail = await Consumer.open(url(path));
    await producer.end('x');
    await tail.end();
    await request(url(path));
    const after = await until(
      'the last one is counted',
      (metrics) => count(metrics, 'GET') > count(before, 'GET'),
    );
    expect(count(after, 'GET') - count(before, 'GET')).toBe(1);
    expect(count(after, 'POST')).toBe(count(before, 'POST'));
  });

  it('no label has a stream id', async () => {
    const id = `secret-${freshId()}`;
    await request(url(`/stream/${id}`), { method: 'POST', body: 'x' });
    await request(url(`/stream/${id}`));
    await request(url(`/v1/stream/${id}`));
    await request(url(`/channels/${id}/x`), { method: 'DELETE' });
    await request(url(`/${id}`), { headers: { Accept: 'text/html' } });
    expect((await now()).text).not.toContain(id);
  });

  it('open connections, the process and the runtime are shown', async () => {
    const before = await now();
    const tail = await Consumer.open(url('/spy'));
    const after = await now();
    // The scrape has one itself.
    expect(after.value('loom_connections')).toBeGreaterThanOrEqual(2);
    tail.close();
    expect(after.value('loom_build_info')).toBe(1);
    expect(after.value('loom_store_up')).toBe(1);
    expect(after.value('process_resident_memory_bytes')).toBeGreaterThan(10_000_000);
    expect(after.value('process_cpu_seconds_total')).toBeGreaterThan(
      before.value('process_cpu_seconds_total'),
    );
    expect(after.value('process_open_fds')).toBeLessThan(after.value('process_max_fds'));
    expect(after.value('process_start_time_seconds')).toBeLessThan(Date.now() / 1_000);
    expect(after.value('nodejs_heap_size_used_bytes')).toBeGreaterThan(1_000_000);
    await until(
      'the event loop was measured',
      (metrics) => metrics.value('nodejs_eventloop_delay_seconds_count') > 0,
    );
    await until('garbage was collected', (metrics) => metrics.sum('nodejs_gc_duration_seconds_count') > 0);
  });

  it('an operation of the store counts with its duration', async () => {
    const count = (metrics: Scrape, op: string): number =>
      metrics.value('loom_store_operation_duration_seconds_count', { op });
    const before = await now();
    await request(url(`/stream/${freshId()}`), { method: 'POST', body: 'x' });
    const after = await now();
    expect(count(after, 'create') - count(before, 'create')).toBe(1);
    expect(count(after, 'append') - count(before, 'append')).toBe(1);
    expect(after.value('loom_store_errors_total', { op: 'append' })).toBe(0);
  });

  it('a request that waits at a relay counts until its counterpart comes', async () => {
    const channel = url(`/channels/v1/${freshId()}`);
    const received = request(channel);
    await until('it waits', (metrics) => metrics.value('loom_relay_waiting', { relay: 'httpipe' }) === 1);
    await request(channel, { method: 'POST', body: 'x' });
    expect((await received).text).toBe('x');
    await until('it is gone', (metrics) => metrics.value('loom_relay_waiting', { relay: 'httpipe' }) === 0);
  });
});

onEachStore(
  '/metrics of a server with short lives',
  ({ url, freshId }) => {
    it('what the janitor removes counts', async () => {
      const removed = (metrics: Scrape): number => metrics.value('loom_janitor_removed_total');
      const before = removed(await scrape(url('')));
      await request(url(`/v1/stream/${freshId()}`), {
        method: 'PUT',
        headers: { ...TEXT, 'Stream-TTL': '1' },
      });
      const after = await scrapeUntil(url(''), 'it is removed', (metrics) => removed(metrics) === before + 1);
      expect(after.value('loom_streams_ended_total', { outcome: 'expired' })).toBe(removed(after));
    });

    it('a stream whose producer does not come back counts as aborted', async () => {
      const aborted = (metrics: Scrape): number =>
        metrics.value('loom_streams_ended_total', { outcome: 'aborted' });
      const before = aborted(await scrape(url('')));
      const producer = new Producer(url(`/stream/${freshId()}`));
      await producer.head;
      producer.destroy();
      await scrapeUntil(url(''), 'it is aborted', (metrics) => aborted(metrics) === before + 1);
    });

    it('a consumer that takes nothing counts as cut', async () => {
      const id = freshId();
      const producer = new Producer(url(`/stream/${id}`));
      await producer.head;
      const tail = await Consumer.open(url(`/stream/${id}`));
      tail.res.pause();
      // More than the buffers of the kernel hold.
      const piece = Buffer.alloc(1024 * 1024, 'x\n');
      for (let i = 0; i < 32; i += 1) await producer.write(piece);
      await producer.end();
      await scrapeUntil(
        url(''),
        'it is cut',
        (metrics) => metrics.value('loom_consumers_cut_total', { reason: 'stalled' }) === 1,
      );
      tail.close();
    });
  },
  { config: 'janitor: {interval: 100ms}\nproducerGrace: 100ms\nhttp: {consumerTimeout: 1s}' },
);

describe('who may scrape', () => {
  const loom = withLoom({
    store: 'file:',
    config: [
      'tokens:',
      '  - everything',
      '  - {token: scraper, scopes: [metrics]}',
      '  - {token: reader, scopes: [consume]}',
      '  - {token: team, prefix: team-}',
      'listeners: [{serve: metrics, port: 0}]',
    ].join('\n'),
  });
  const withToken = (token: string) => ({ headers: { Authorization: `Bearer ${token}` } });

  it('a token with the scope metrics may, and may do nothing else', async () => {
    expect((await scrape(loom.url(''), withToken('scraper').headers)).value('loom_build_info')).toBe(1);
    expect((await request(loom.url('/stream'), withToken('scraper'))).status).toBe(403);
    expect((await request(loom.url('/metrics'), withToken('everything'))).status).toBe(200);
  });

  it.each(['reader', 'team'])('the token of a %s may not', async (token) => {
    const { status, text } = await request(loom.url('/metrics'), withToken(token));
    expect([status, JSON.parse(text)]).toEqual([
      403,
      { error: 'The token does not have the scope "metrics"', code: 'forbidden' },
    ]);
  });

  it('a request without a token is refused', async () => {
    const { status, text } = await request(loom.url('/metrics'));
    expect([status, JSON.parse(text).code]).toEqual([401, 'token_missing']);
  });

  it('a port of its own serves metrics without a token, and nothing else', async () => {
    const [, port = ''] = /"metrics":"http:\/\/127\.0\.0\.1:(\d+)"/.exec(loom.output()) ?? [];
    const own = `http://127.0.0.1:${port}`;
    expect((await scrape(own)).value('loom_store_up')).toBe(1);
    expect((await request(`${own}/stream`)).status).toBe(401);
    expect((await request(`${own}/stream`, withToken('everything'))).status).toBe(404);
    expect((await request(`${own}/metrics`, { headers: { Host: 'evil.example' } })).status).toBe(403);
  });

  it('an unknown parameter and a wrong method are refused', async () => {
    const wrong = await request(loom.url('/metrics?name=x'), withToken('scraper'));
    expect([wrong.status, JSON.parse(wrong.text).code]).toEqual([400, 'parameter_invalid']);
    const post = await request(loom.url('/metrics'), { method: 'POST', ...withToken('scraper') });
    expect([post.status, post.headers['allow']]).toEqual([405, 'HEAD, GET']);
  });
});
