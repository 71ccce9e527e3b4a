-- uses shared
--[[ Ends a transfer; the next one may begin.
  KEYS[1] queue   ARGV[1] its name   ARGV[2] transfer   ARGV[3] roles that wait again, at the head: '', s or r
  Returns 1 if it was the running one, else 0. ]]
local queue = queue_named(ARGV[1])
local was_running = finish(queue, ARGV[2], ARGV[3])
forget_if_empty(queue)
return was_running
