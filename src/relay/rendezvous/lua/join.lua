-- uses shared
--[[ Connects a side to a stream.
  KEYS[1] stream   ARGV[1] id   ARGV[2] entry   ARGV[3] role: s or r
  Answers with the ms that are left for the other side to come, or with 'unknown', 'taken', or 'reported:' and a report. ]]
if state() == nil or redis.call('HEXISTS', KEY, 'deactivated') == 1 then return 'unknown' end
local report = redis.call('HGET', KEY, 'report')
if report then
  deactivate('CLIENT_ERROR')
  return 'reported:' .. report
end
if current_match(SYSTEM, ID, KEY) or first_living(KEY, ARGV[3]) then return 'taken' end
local left = math.max(0, redis.call('HGET', KEY, 'deadline') - now())
if join(SYSTEM, ID, KEY, ARGV[2], ARGV[3]) then
  redis.call('HSET', KEY, 'state', 'STREAMING')
  keep(KEPT_MS)
end
return left
