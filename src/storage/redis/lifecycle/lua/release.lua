-- uses ../../schema/lua/shared
--[[ Detaches the writer.
  ARGV[5] epoch    ARGV[6] state   'open' or 'interrupted'
  A repetition changes nothing. Codes: LOG_GONE | LOG_SEALED | LOG_FENCED | STORE_DAMAGED ]]
local facts = present_facts()
if not facts then return 'LOG_GONE' end
if facts.state == 'closed' then return 'LOG_SEALED' end
if facts.epoch ~= ARGV[5] then return 'LOG_FENCED' end
local last = last_id(facts)
if not last then return 'STORE_DAMAGED' end
if facts.deadline and facts.state == ARGV[6] then return facts_reply(last) end

local time = now()
local deadline = text(time + (facts.graceMs or 0))
detach_writer(facts)
index_as(facts, ARGV[6])
redis.call('HSET', FACTS, 'state', ARGV[6], 'deadline', deadline, 'updatedAt', text(time))
redis.call('ZADD', OVERDUE, deadline, ID)
write_event('released', GENERATION, facts.epoch, 'epoch', facts.epoch, 'state', ARGV[6])
return facts_reply(last)
