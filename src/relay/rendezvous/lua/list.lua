-- uses shared
-- The ids of all streams that are not forgotten.
redis.call('ZREMRANGEBYSCORE', INDEX, '-inf', text(now()))
return redis.call('ZRANGE', INDEX, 0, -1)
