-- uses shared
--[[ Adds a waiter to a stream.
  KEYS[1] stream   ARGV[1] id   ARGV[2] waiter   ARGV[3] role: s or r
  Returns the ms until the stream expires without a match, or 'unknown', 'taken', or 'reported:' and a report. ]]
if state() == nil or redis.call('HEXISTS', KEY, 'deactivated') == 1 then return 'unknown' end
local report = redis.call('HGET', KEY, 'report')
if report then
  deactivate('CLIENT_ERROR')
  return 'reported:' .. report
end
if current_match(QUEUE) or first_living(QUEUE, ARGV[3]) then return 'taken' end
local left = math.max(0, redis.call('HGET', KEY, 'deadline') - now())
if join(QUEUE, ARGV[2], ARGV[3]) then
  redis.call('HSET', KEY, 'state', 'STREAMING')
  keep(KEPT_MS)
end
return left
