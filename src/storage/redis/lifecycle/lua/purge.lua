-- uses ../../schema/lua/shared
--[[ Removes a log whose facts cannot be parsed. Returns nil if there is none, or
  { id of the event that it wrote, <generation> <fork point> of a fork that ended or '' }.
  ARGV[5] outcome as JSON ]]
local key_type = redis.call('TYPE', FACTS).ok
if key_type == 'none' then return nil end
local facts = key_type == 'hash' and facts_of_any() or {}
if key_type ~= 'hash' then redis.call('UNLINK', FACTS) end
-- `drop` builds names from these.
for _, name in ipairs({ 'generation', 'epoch', 'createdAt' }) do facts[name] = facts[name] or '' end
local bytes = bytes_key(facts.generation, facts.epoch)
if redis.call('TYPE', bytes).ok ~= 'stream' then redis.call('UNLINK', bytes) end
drop(facts, last_id(facts) or '0-0', ARGV[5])
return { event_id, orphaned_fork }
