-- uses ../../schema/lua/shared
--[[ Sets the metadata, unless it has changed meanwhile, and the final length.
  ARGV[5] epoch    ARGV[6] metadata as the node read it, '' for none    ARGV[7] new metadata, '' to leave it
  ARGV[8] final length, '' to leave it
  Returns 'CHANGED' if the metadata has changed. Codes: LOG_GONE | LOG_SEALED | LOG_FENCED ]]
local facts = present_facts()
if not facts then return 'LOG_GONE' end
if facts.state == 'closed' then return 'LOG_SEALED' end
if facts.epoch ~= ARGV[5] then return 'LOG_FENCED' end
local last = last_id(facts)
if not last then return 'STORE_DAMAGED' end
if (facts.metadata or '') ~= ARGV[6] then return 'CHANGED' end

redis.call('HSET', FACTS, 'updatedAt', text(now()))
if ARGV[7] ~= '' then redis.call('HSET', FACTS, 'metadata', ARGV[7]) end
if ARGV[8] ~= '' then redis.call('HSET', FACTS, 'finalLength', ARGV[8]) end
return facts_reply(last)
