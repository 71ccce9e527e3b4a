-- uses ../../schema/lua/shared
--[[ Interrupts a log whose writer's node is dead, and fences that writer, as the node may only be slow.
  ARGV[5] node    the dead one
  ARGV[6] epoch   only if the log has this epoch; '' for any
  Returns 1 if it did, 0 if the log does not belong to that node any more. ]]
local facts = facts_of_any()
if not facts or facts.node ~= ARGV[5] or facts.state == 'closed' or not last_id(facts) then
  redis.call('ZREM', HELD, ARGV[5] .. ':' .. ID)
  return 0
end
if ARGV[6] ~= '' and facts.epoch ~= ARGV[6] then return 0 end

local time = now()
local deadline = text(time + facts.graceMs)
local epoch = facts.epoch
detach_writer(facts)
index_as(facts, 'interrupted')
fence(facts)
redis.call('HSET', FACTS, 'state', 'interrupted', 'deadline', deadline, 'updatedAt', text(time))
redis.call('ZADD', OVERDUE, deadline, ID)
write_event('released', facts.generation, facts.epoch, 'epoch', epoch, 'state', 'interrupted')
return 1
