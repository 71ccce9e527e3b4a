-- uses ../../schema/lua/shared
--[[ Attaches a writer on NODE: the epoch rises, so that later appends of the former writer find no stream.
  ARGV[5] claim       names this attempt: repeated with it, the script returns the same as the first time
  ARGV[6] grace ms
  ARGV[7] again       '1' if it may have run before: then it does not take the log back from a later writer
  Codes: LOG_GONE | LOG_SEALED | LOG_FENCED | STORE_DAMAGED ]]
local facts = present_facts()
if not facts then return 'LOG_GONE' end
if facts.state == 'closed' then return 'LOG_SEALED' end
local last = last_id(facts)
if not last then return 'STORE_DAMAGED' end
if facts.claim == ARGV[5] then return facts_reply(last) end
if ARGV[7] == '1' and has_event('attached', 'claim', ARGV[5]) then return 'LOG_FENCED' end

detach_writer(facts)
index_as(facts, 'open')
fence(facts)
redis.call('HSET', FACTS, 'state', 'open', 'node', NODE, 'claim', ARGV[5], 'graceMs', ARGV[6], 'updatedAt', text(now()))
redis.call('ZREM', OVERDUE, ID)
redis.call('ZADD', HELD, 0, NODE .. ':' .. ID)
write_event('attached', GENERATION, facts.epoch, 'epoch', facts.epoch, 'claim', ARGV[5])
return facts_reply(last)
