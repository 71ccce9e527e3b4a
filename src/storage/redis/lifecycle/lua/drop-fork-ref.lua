-- uses ../../schema/lua/shared
--[[ A fork of this log is no more.
  ARGV[5] fork    <generation>:<id>
  Answers with { 1, fork point of this log or '' } when its id is free now; with { 0 } when it is not, or was not taken. ]]
redis.call('ZREM', forks_key(GENERATION), ARGV[5])
local generation, fork_point = string.match(redis.call('HGET', RETIRED, ID) or '', '^(%S+) (.*)$')
if generation ~= GENERATION or redis.call('EXISTS', forks_key(GENERATION)) == 1 then return { 0 } end
redis.call('HDEL', RETIRED, ID)
return { 1, fork_point }
