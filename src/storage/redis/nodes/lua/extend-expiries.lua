-- uses ../../schema/lua/shared
--[[ Lets logs that expire when idle live on for the time in which no node had a lease, but not for longer than if they were touched now.
  KEYS as in shared.lua, but KEYS[1] is the prefix of the names of hashes of facts
  ARGV[5] that time, ms    ARGV[6...] ids ]]
local time, missed = now(), tonumber(ARGV[5])
-- A write that needs no memory comes first: Redis may be full.
redis.call('ZREM', EXPIRING, '')
for i = 6, #ARGV do
  -- What is not a hash answers with an error, which has none of these: the other logs are not to suffer for it.
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
