-- uses ../../schema/lua/shared
--[[ Somebody read: moves the expiry of a log that expires when idle. Codes: LOG_GONE ]]
local facts = present_facts()
if not facts then return 'LOG_GONE' end
touch(facts, now())
return facts_reply(last_id(facts) or '0-0')
