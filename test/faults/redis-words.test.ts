import { request } from '../support/http';
import { eventually } from './eventually';
import { withStage } from './stage';

describe('errors while Redis is down', () => {
  const stage = withStage();

  it('every wire returns the same sentence, without words of the Redis client', async () => {
    const redis = await stage.redis();
    const url = redis.url.replace('redis://', 'redis://default:s3cret@');
    const loom = await stage.loom(url, 'redis: {commandTimeout: 1500ms, patience: 2s}');
    await redis.kill('SIGKILL');
    const sentence = `Redis at 127.0.0.1:${redis.port}: connection refused; trying again`;
    const ask = async (method: string, path: string): Promise<string> => {
      const headers = {
        'Content-Type': 'text/plain',
        Authorization: `Bearer ${Buffer.alloc(32, 'x').toString('base64url')}`,
      };
      const { status, text } = await request(`${loom.url}${path}`, { method, headers });
      return `${status} ${text}`;
    };
    await eventually('the server reports that Redis is down', async () =>
      (await ask('GET', '/readyz')).includes(sentence),
    );
    const asked = [
      ['GET', '/readyz'],
      ['GET', '/stream'],
      ['GET', '/stream/one'],
      ['POST', '/stream/one'],
      ['DELETE', '/stream/one'],
      ['DELETE', '/stream/build/one'],
      ['GET', '/stream/one/info'],
      ['GET', '/v1/stream/one'],
      ['PUT', '/v1/stream/one'],
      ['POST', '/rendezvous/stream'],
      ['GET', '/rendezvous/stream/one'],
      ['GET', '/channels/a/b'],
      ['GET', '/channels/namespaces'],
      ['PUT', '/cama/session'],
      ['POST', '/packets/'],
    ] as const;
    for (const [method, path] of asked) {
      const answer = await ask(method, path);
      expect([method, path, answer]).toEqual([
        method,
        path,
        expect.stringMatching(/^503 .*connection refused; trying again/),
      ]);
      expect(answer).toContain(sentence);
      expect(answer).not.toMatch(/ECONNREFUSED|ioredis|offline|retries|s3cret/);
    }
    expect(loom.stdout + loom.stderr).not.toContain('s3cret');
  });
});
