--[[ The facts of the present generation; nil when there is no log. One whose bytes are not there has the tail 0: it can be seen,
  and removed. ]]
local facts = facts_of_any()
if facts then return answer(last_id(facts) or '0-0') end
-- Redis lost the facts alone: what remains of the log would be found due for ever.
redis.call('ZREM', OVERDUE, ID)
redis.call('ZREM', SEALED, ID)
return nil
