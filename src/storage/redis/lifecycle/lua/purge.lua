-- uses ../../schema/lua/shared
--[[ Takes away a log whose facts cannot be understood, with what is left of it. Answers with nil where there is none, or with
  { id of the event that it wrote, <generation> <fork point> of a fork that is no more or '' }.
  ARGV[5] outcome as JSON ]]
local held_as = redis.call('TYPE', FACTS).ok
if held_as == 'none' then return nil end
local facts = held_as == 'hash' and facts_of_any() or {}
if held_as ~= 'hash' then redis.call('UNLINK', FACTS) end
-- What `drop` makes names of.
for _, name in ipairs({ 'generation', 'epoch', 'createdAt' }) do facts[name] = facts[name] or '' end
local bytes = bytes_key(facts.generation, facts.epoch)
if redis.call('TYPE', bytes).ok ~= 'stream' then redis.call('UNLINK', bytes) end
drop(facts, last_id(facts) or '0-0', ARGV[5])
return { event_id, orphaned_fork }
