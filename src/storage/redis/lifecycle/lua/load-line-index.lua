-- uses ../../schema/lua/shared
--[[ Returns { line index of a log } or { }, and keeps the index for longer. A key of another type, or too long, counts as not there.
  Codes: LOG_GONE
  ARGV[5] for how many ms it is kept    ARGV[6] bytes of an index at most ]]
if not present_facts() then return 'LOG_GONE' end
local key = lines_key(GENERATION)
if redis.call('TYPE', key).ok ~= 'string' or redis.call('STRLEN', key) > tonumber(ARGV[6]) then return {} end
redis.call('PEXPIRE', key, ARGV[5])
return { redis.call('GET', key) }
