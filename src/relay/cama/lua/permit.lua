-- uses shared
--[[ Permits the guest at an address.
  KEYS[1] session   ARGV[1] id   ARGV[2] address ]]
if redis.call('EXISTS', KEYS[1]) == 1 then redis.call('HSET', KEYS[1], 'peer', ARGV[2]) end
return 1
