-- uses ../../../../redis/lua/clock
--[[ Restarts the grace of logs without a writer.
  KEYS[1] overdue    as in shared.lua
  KEYS[2] facts      prefix of the names of hashes of facts
  ARGV    ids ]]
local time = now()
-- A write that needs no memory comes first: Redis may be full.
redis.call('ZREM', KEYS[1], '')
for _, id in ipairs(ARGV) do
  local facts = KEYS[2] .. id
  -- A key that is not a hash gives an error, which has neither. The other logs are still extended.
  local deadline, grace = unpack(redis.pcall('HMGET', facts, 'deadline', 'graceMs'))
  if deadline then
    local later = text(time + (grace or 0))
    redis.call('HSET', facts, 'deadline', later)
    redis.call('ZADD', KEYS[1], 'XX', later, id)
  end
end
return 1
