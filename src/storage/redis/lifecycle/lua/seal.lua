-- uses ../../schema/lua/shared
--[[ Seals the log at its tail, by its writer.
  ARGV[5] epoch    ARGV[6] outcome as JSON
  A repetition with the same outcome changes nothing. Codes: LOG_GONE | LOG_SEALED | LOG_FENCED | STORE_DAMAGED ]]
local facts = present_facts()
if not facts then return 'LOG_GONE' end
if facts.state == 'closed' then
  if facts.epoch == ARGV[5] and facts.outcome == ARGV[6] then return facts_reply() end
  return 'LOG_SEALED'
end
if facts.epoch ~= ARGV[5] then return 'LOG_FENCED' end
local last = last_id(facts)
if not last then return 'STORE_DAMAGED' end

return facts_reply(close(facts, tail_in(last), ARGV[6], now()))
