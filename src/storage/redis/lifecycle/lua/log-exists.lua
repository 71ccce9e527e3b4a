-- uses ../../schema/lua/shared
--[[ Whether this generation of a log exists: 'yes', 'no', or 'retired'. ]]
local facts = facts_of_any()
local generation = facts and facts.generation or string.match(redis.call('HGET', RETIRED, ID) or '', '^%S+')
if generation ~= GENERATION then return { 'no' } end
if is_retired(facts) then return { 'retired' } end
return { has_expired(facts) and 'no' or 'yes' }
