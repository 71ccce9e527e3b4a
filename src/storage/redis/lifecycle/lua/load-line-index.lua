-- uses ../../schema/lua/shared
--[[ Returns { line index of a log } or { }, and keeps the index for longer. Codes: LOG_GONE
  ARGV[5] for how many ms it is kept ]]
if not present_facts() then return 'LOG_GONE' end
local key = lines_key(GENERATION)
redis.call('PEXPIRE', key, ARGV[5])
return { redis.call('GET', key) or nil }
