--[[ Where one generation stands: { epoch, state, id of the last entry, outcome or '' }. Small, unlike `info`.
  Codes: LOG_GONE | STORE_DAMAGED ]]
local generation, epoch, state, outcome =
  unpack(redis.call('HMGET', FACTS, 'generation', 'epoch', 'state', 'outcome'))
if generation ~= GENERATION then return 'LOG_GONE' end
local last = last_id({ generation = generation, epoch = epoch })
if not last then return 'STORE_DAMAGED' end
return { epoch, state, last, outcome or '' }
