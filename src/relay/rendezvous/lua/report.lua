-- uses shared
--[[ Reports an error to the waiter of a stream, or to the first that comes.
  KEYS[1] stream   ARGV[1] id   ARGV[2] report as JSON
  Returns 'reported', 'unknown' or 'started'. ]]
local found = state()
if found == nil or string.sub(found, 1, 7) == 'TIMEOUT' then return 'unknown' end
if found ~= 'CREATED' or redis.call('HEXISTS', KEY, 'report') == 1 then return 'started' end
redis.call('HSET', KEY, 'report', ARGV[2])
if has_waiter() then
  deactivate('CLIENT_ERROR')
  evict_waiting(QUEUE, 'reported:' .. ARGV[2])
end
return 'reported'
