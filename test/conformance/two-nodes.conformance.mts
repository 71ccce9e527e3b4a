import { startRedisServer } from '../support/redis-server.js';
import { conforms, startLoom } from './conform.mjs';
import { startRoundRobin } from './round-robin.mjs';

/** Two servers that share nothing but a Redis. Each request goes to the one that the request before did not go to. */
conforms(async () => {
  const redis = await startRedisServer();
  const looms = await Promise.all([startLoom(redis.url), startLoom(redis.url)]);
  const proxy = await startRoundRobin(looms.map(({ url }) => url));
  return {
    url: proxy.url,
    async stop() {
      await proxy.stop();
      await Promise.all(looms.map((loom) => loom.stop()));
      await redis.stop();
    },
  };
});
