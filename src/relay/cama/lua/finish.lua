-- uses shared
--[[ Ends a transfer; the next one may begin.
  KEYS[1] queue   ARGV[1] its name   ARGV[2] transfer   ARGV[3] roles that wait again: '', s or r
  If the session was removed, they are evicted.
  Returns 1 if it was the running one, else 0. ]]
local queue = queue_named(ARGV[1])
local why = redis.call('EXISTS', session_key(queue)) == 0 and 'removed' or nil
return finish(queue, ARGV[2], ARGV[3], why)
