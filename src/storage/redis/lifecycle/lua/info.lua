-- uses ../../schema/lua/shared
--[[ The facts of the current generation; nil if there is no log, or if it has expired. A log whose bytes are lost has the tail 0: it can be
  read and removed.
  ARGV[5] expired   '1' to return an expired log as well: then its score in EXPIRING is corrected
  Codes: LOG_RETIRED ]]
local facts = facts_of_any()
local last = facts and (last_id(facts) or '0-0')
local expiry = facts and expiry_of(facts, last)
if ARGV[5] == '1' and facts then
  -- A write that needs no memory comes first: expired logs are removed while Redis is full, too.
  redis.call('HDEL', FACTS, '')
  if expiry then redis.call('ZADD', EXPIRING, 'XX', text(expiry), ID) end
  return facts_reply(last)
end
if is_retired(facts, last) then return 'LOG_RETIRED' end
if facts then return not (expiry and expiry <= now()) and facts_reply(last) or nil end
-- If Redis lost only the facts, the id would be found due forever. `pcall`, so that a replica, which refuses writes, can still reply.
for _, due in ipairs({ OVERDUE, SEALED, EXPIRING }) do redis.pcall('ZREM', due, ID) end
return nil
