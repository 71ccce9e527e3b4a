-- uses ../../schema/lua/shared
--[[ The forks that keep an id taken: { generation, fork, '1' if it may still be being created, ... }, some of them, or { }. ]]
local facts = facts_of_any()
if not is_retired(facts) then return {} end
local generation = facts and facts.generation or string.match(redis.call('HGET', RETIRED, ID), '^%S+')
local found = { generation }
local forks = redis.call('ZRANGE', forks_key(generation), 0, 15, 'WITHSCORES')
for i = 1, #forks, 2 do
  found[#found + 1] = forks[i]
  found[#found + 1] = tonumber(forks[i + 1]) > now() and '1' or '0'
end
return found
