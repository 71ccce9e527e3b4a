--[[ The ids of all streams that are not forgotten.
  KEYS[1] sorted set of ids by the unix ms at which they will be ]]
local time = redis.call('TIME')
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', string.format('%.0f', time[1] * 1000 + math.floor(time[2] / 1000)))
return redis.call('ZRANGE', KEYS[1], 0, -1)
