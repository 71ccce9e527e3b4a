-- uses ../../schema/lua/shared
--[[ Extends the expiry of logs that expire when idle by the time in which no node had a lease, but not further than a touch would.
  KEYS as in shared.lua, but KEYS[1] is the prefix of the names of hashes of facts
  ARGV[5] that time, ms    ARGV[6...] ids ]]
local time, missed = now(), tonumber(ARGV[5])
-- A write that needs no memory comes first: Redis may be full.
redis.call('ZREM', EXPIRING, '')
for i = 6, #ARGV do
  -- A key that is not a hash gives an error, which has none of these. The other logs are still extended.
  local key, names = FACTS .. ARGV[i], { 'generation', 'epoch', 'expiresAt', 'ttlMs' }
  local facts = {}
  for j, value in ipairs(redis.pcall('HMGET', key, unpack(names))) do facts[names[j]] = value end
  if facts.generation and facts.epoch and tonumber(facts.expiresAt) and tonumber(facts.ttlMs) then
    local at = expiry_of(facts)
    local later = math.min(at + missed, latest_expiry(facts, time))
    if later > at then
      redis.call('HSET', key, 'expiresAt', text(later))
      redis.call('ZADD', EXPIRING, 'XX', text(later), ARGV[i])
    end
  end
end
return 1
