import { Producer, request } from '../support/http';
import { type Scrape, scrape, scrapeUntil } from '../support/metrics';
import { type RedisServer, startRedisServer } from '../support/redis-server';
import { eventually } from './eventually';
import { withStage } from './stage';
import { Workers } from './workers-stage';

const stage = withStage();

describe('the metrics of a server whose Redis is away', () => {
  it('loom_store_up is 0 until Redis is back, and the failures of the store count', async () => {
    const redis = await stage.redis();
    const loom = await stage.loom(redis.url);
    expect((await scrape(loom.url)).value('loom_store_up')).toBe(1);
    await redis.kill('SIGKILL');
    const down = await scrapeUntil(
      loom.url,
      'the store is down',
      (metrics) => metrics.value('loom_store_up') === 0,
    );
    // A count that is not known is not shown as 0.
    expect(down.has('loom_streams')).toBe(false);
    await eventually('a request is refused', async () => {
      const { status } = await request(`${loom.url}/stream/some`);
      return status === 503;
    });
    const after = await scrape(loom.url);
    expect(after.value('loom_store_errors_total', { op: 'info' })).toBeGreaterThan(0);
    await scrapeUntil(loom.url, 'the refusal counts', (metrics) => {
      return metrics.value('loom_refused_total', { code: 'store_unavailable' }) > 0;
    });
    await redis.restart();
    await scrapeUntil(loom.url, 'the store is up', (metrics) => metrics.value('loom_store_up') === 1);
  });
});

describe('the metrics of workers', () => {
  let redis: RedisServer;
  beforeAll(async () => {
    redis = await startRedisServer();
  });
  afterAll(() => redis.stop());

  const appended = (metrics: Scrape): number => metrics.value('loom_appended_bytes_total', { wire: 'loom' });
  const created = (metrics: Scrape): number => metrics.value('loom_streams_created_total');

  async function send(url: string, count: number): Promise<void> {
    for (let i = 0; i < count; i += 1) await request(`${url}/stream`, { method: 'POST', body: 'ten bytes!' });
  }

  it('each scrape has the sum over all workers, whichever answers', async () => {
    const workers = await Workers.start(stage, redis.url);
    await send(workers.url, 10);
    for (let i = 0; i < 4; i += 1) {
      const metrics = await scrape(workers.url);
      expect([appended(metrics), created(metrics)]).toEqual([100, 10]);
    }
    const answered = await workers.logged('request', 14);
    expect(new Set(answered.map(({ worker }) => worker))).toEqual(new Set([1, 2]));
  });

  it('streams in the store, which all workers share, count once', async () => {
    const workers = await Workers.start(stage, (await stage.redis()).url);
    await send(workers.url, 3);
    const producer = new Producer(`${workers.url}/stream/open`);
    await producer.head;
    const metrics = await scrape(workers.url);
    const counts = ['open', 'closed'].map((state) => metrics.value('loom_streams', { state }));
    expect(counts).toEqual([1, 3]);
    expect(metrics.value('loom_build_info')).toBe(1);
    expect(metrics.value('loom_store_up')).toBe(1);
    producer.destroy();
  });

  it('a killed worker takes nothing from the sums, and its replacement adds to them', async () => {
    const workers = await Workers.start(stage, redis.url);
    await send(workers.url, 10);
    const before = await scrape(workers.url);
    expect(appended(before)).toBe(100);
    for (const pid of workers.pids) {
      process.kill(pid, 'SIGKILL');
      await eventually('it is replaced', () => workers.pids.length === 2 && !workers.pids.includes(pid));
    }
    await workers.logged('listening', 4);
    const after = await scrapeUntil(workers.url, 'all is counted', (metrics) => appended(metrics) >= 100);
    expect([appended(after), created(after)]).toEqual([100, 10]);
    for (const name of ['process_cpu_seconds_total', 'nodejs_eventloop_delay_seconds_count'])
      expect(after.value(name)).toBeGreaterThanOrEqual(before.value(name));
    await send(workers.url, 10);
    expect(appended(await scrape(workers.url))).toBe(200);
  });

  it('what a worker counted after the last scrape stays when it stops gracefully', async () => {
    const workers = await Workers.start(stage, redis.url);
    await send(workers.url, 10);
    for (const pid of workers.pids) {
      process.kill(pid, 'SIGTERM');
      await eventually('it is replaced', () => workers.pids.length === 2 && !workers.pids.includes(pid));
    }
    await workers.logged('listening', 4);
    const after = await scrape(workers.url);
    expect([appended(after), created(after)]).toEqual([100, 10]);
  });

  it('a worker that hangs does not keep the others from being scraped', async () => {
    const workers = await Workers.start(stage, redis.url);
    await send(workers.url, 10);
    await scrape(workers.url);
    const [hanging] = workers.pids;
    if (hanging === undefined) throw new Error('there is no worker');
    process.kill(hanging, 'SIGSTOP');
    try {
      // The connections to the one that hangs are not answered.
      const tries = Array.from({ length: 2 }, () => scrape(workers.url));
      for (const one of tries) one.catch(() => {});
      expect(appended(await Promise.any(tries))).toBe(100);
    } finally {
      process.kill(hanging, 'SIGCONT');
    }
  });
});
