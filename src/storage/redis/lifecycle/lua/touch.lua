-- uses ../../schema/lua/shared
--[[ Extends the expiry of a log that expires when idle, because it is read. Codes: LOG_GONE ]]
local facts = present_facts()
if not facts then return 'LOG_GONE' end
touch(facts, now())
return facts_reply(last_id(facts) or '0-0')
