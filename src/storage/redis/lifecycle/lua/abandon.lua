-- uses ../../schema/lua/shared
--[[ Seals a log if it is overdue.
  ARGV[5] now, unix ms by the clock of the node    ARGV[6] outcome as JSON    ARGV[7] when this was sent, by that clock
  Codes: LOG_GONE | STORE_DAMAGED, after which the log is not in OVERDUE any more: every search would find it again ]]
local facts = present_facts()
if not facts then return 'LOG_GONE' end
local last = last_id(facts)
if not last then
  redis.call('ZREM', OVERDUE, ID)
  return 'STORE_DAMAGED'
end
if facts.deadline and tonumber(facts.deadline) <= to_redis_time(ARGV[5], ARGV[7]) then
  last = close(facts, tail_in(last), ARGV[6], now())
end
return facts_reply(last)
