-- uses ../../../../redis/lua/clock
--[[ Removes a lease that has run out, unless its node has renewed it meanwhile. Returns 1 if the lease is removed.
  KEYS[1] leases   as in renew-lease.lua
  ARGV[1] node ]]
local expiry = redis.call('ZSCORE', KEYS[1], ARGV[1])
if expiry and tonumber(expiry) > now() then return 0 end
redis.call('ZREM', KEYS[1], ARGV[1])
return 1
