-- uses ../../../../redis/lua/clock
--[[ Forgets a node whose lease has run out, unless it has renewed it meanwhile. Answers 1 when the node is forgotten.
  KEYS[1] leases   as in renew-lease.lua
  ARGV[1] node ]]
local expiry = redis.call('ZSCORE', KEYS[1], ARGV[1])
if expiry and tonumber(expiry) > now() then return 0 end
redis.call('ZREM', KEYS[1], ARGV[1])
return 1
