-- uses ../../schema/lua/shared
--[[ Stores the line index of a log. Codes: LOG_GONE
  ARGV[5] index    ARGV[6] for how many ms it is kept ]]
if not present_facts() then return 'LOG_GONE' end
redis.call('SET', lines_key(GENERATION), ARGV[5], 'PX', ARGV[6])
return 1
