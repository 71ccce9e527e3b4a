-- uses shared
--[[ ARGV[1] hash of a token
  Answers with { client, debug: '1' or '0' }, or with nothing. ]]
local client = redis.call('GET', P .. 't:' .. ARGV[1])
if not client then return false end
return { client, redis.call('HGET', P .. 'c:' .. client, 'debug') or '0' }
