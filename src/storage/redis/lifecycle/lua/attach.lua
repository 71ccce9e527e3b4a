-- uses ../../schema/lua/shared
--[[ Gives the log to a writer on NODE: the epoch rises, and what the writer before it still sends finds no stream.
  ARGV[5] claim       names this attempt: repeated with it, the script answers as the first time
  ARGV[6] grace ms
  ARGV[7] again       '1' when it may have run before: then it does not take the log back from a writer that came since
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
