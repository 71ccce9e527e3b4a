-- uses shared
--[[ The client that has a token.
  ARGV[1] hash of the token
  Returns { client, debug: '1' or '0' }, or nothing. ]]
local client = redis.call('GET', P .. 't:' .. ARGV[1])
if not client then return false end
return { client, redis.call('HGET', P .. 'c:' .. client, 'debug') or '0' }
