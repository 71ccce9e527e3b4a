-- uses shared
--[[ Ends a message; the next one may begin.
  KEYS[1] place   KEYS[2] session   ARGV[1] system   ARGV[2] place   ARGV[3] exchange   ARGV[4] roles that wait on: '', s or r
  Where the session is no more, they are sent away.
  Answers 1 when it was under way, else 0. ]]
local why = redis.call('EXISTS', KEYS[2]) == 0 and 'removed' or nil
return finish(ARGV[1], ARGV[2], KEYS[1], ARGV[3], ARGV[4], why)
