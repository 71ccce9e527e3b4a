import { startRedisServer } from '../support/redis-server.js';
import { conforms, startLoom } from './conform.mjs';

conforms(async () => {
  const redis = await startRedisServer();
  const loom = await startLoom(redis.url);
  return {
    url: loom.url,
    async stop() {
      await loom.stop();
      await redis.stop();
    },
  };
});
