--[[ The facts of the present generation; nil when there is no log.
  Codes: STORE_DAMAGED (its bytes are not there) ]]
local facts = facts_of_any()
if not facts then return nil end
local last = last_id(facts)
if not last then return 'STORE_DAMAGED' end
return answer(last)
