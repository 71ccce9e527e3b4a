-- uses ../../schema/lua/shared
--[[ The facts of the present generation; nil when there is no log, or it has expired. One whose bytes are not there has the tail 0: it
  can be seen, and removed.
  ARGV[5] expired   '1' to see one that has expired as well: the set of those that expire is put right then
  Codes: LOG_RETIRED ]]
local facts = facts_of_any()
local last = facts and (last_id(facts) or '0-0')
local expiry = facts and expiry_of(facts, last)
if ARGV[5] == '1' and facts then
  -- A write that needs no memory comes first: what has expired is removed while Redis is full, too.
  redis.call('HDEL', FACTS, '')
  if expiry then redis.call('ZADD', EXPIRING, 'XX', text(expiry), ID) end
  return facts_reply(last)
end
if is_retired(facts, last) then return 'LOG_RETIRED' end
if facts then return not (expiry and expiry <= now()) and facts_reply(last) or nil end
-- Redis lost the facts alone: what remains of the log would be found due for ever. A replica, which takes no writes, can answer all the same.
for _, due in ipairs({ OVERDUE, SEALED, EXPIRING }) do redis.pcall('ZREM', due, ID) end
return nil
