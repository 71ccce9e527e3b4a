-- uses ../../schema/lua/shared
--[[ Removes a fork of this log that ended.
  ARGV[5] fork    <generation>:<id>
  Returns { 1, fork point of this log or '' } if its id is free now; { 0 } if it is still taken, or was not retired. ]]
redis.call('ZREM', forks_key(GENERATION), ARGV[5])
local generation, fork_point = string.match(redis.call('HGET', RETIRED, ID) or '', '^(%S+) (.*)$')
if generation ~= GENERATION or redis.call('EXISTS', forks_key(GENERATION)) == 1 then return { 0 } end
redis.call('HDEL', RETIRED, ID)
return { 1, fork_point }
