-- uses ../../../../redis/lua/clock
--[[ Renews a node's lease and lists the nodes whose lease has run out.
  KEYS[1] leases   sorted set of nodes, by the unix ms at which their lease runs out
  ARGV[1] node     ARGV[2] lease ms
  ARGV[3] alone    '1' to renew it although no node has a valid lease
  ARGV[4] full     '1' to renew it although the memory of Redis is full
  Returns '1' if the lease was still valid, otherwise '0', and then the nodes. Or, if no node had a valid lease, 'alone' and for how many ms,
  as far as is known: then nothing is renewed. ]]
local time = now()
local newest = tonumber(redis.call('ZREVRANGE', KEYS[1], 0, 0, 'WITHSCORES')[2] or time)
if ARGV[3] ~= '1' and newest <= time then return { 'alone', text(time - newest) } end
local expiry = redis.call('ZSCORE', KEYS[1], ARGV[1])
-- Redis checks its memory before the first write only, and this one needs none.
if ARGV[4] == '1' then redis.call('ZREM', KEYS[1], '') end
local was_valid = expiry and tonumber(expiry) > time
redis.call('ZADD', KEYS[1], text(time + ARGV[2]), ARGV[1])
local expired = redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', text(time), 'LIMIT', 0, 100)
return { was_valid and '1' or '0', unpack(expired) }
