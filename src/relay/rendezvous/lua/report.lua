-- uses shared
--[[ One side tells the other what is wrong: whoever waits, or else whoever comes first.
  KEYS[1] stream   ARGV[1] id   ARGV[2] report as JSON
  Answers 'told', 'unknown' or 'started'. ]]
local found = state()
if found == nil or string.sub(found, 1, 7) == 'TIMEOUT' then return 'unknown' end
if found ~= 'CREATED' or redis.call('HEXISTS', KEY, 'report') == 1 then return 'started' end
redis.call('HSET', KEY, 'report', ARGV[2])
if first_living(KEY, 's') or first_living(KEY, 'r') then
  deactivate('CLIENT_ERROR')
  evict_waiting(SYSTEM, ID, KEY, 'reported:' .. ARGV[2])
end
return 'told'
