-- uses shared
--[[ Removes a waiter.
  KEYS[1] queue   ARGV[1] its name   ARGV[2] waiter   ARGV[3] role: s or r
  Returns 1 if it was waiting, else 0. ]]
local queue = queue_named(ARGV[1])
local was_waiting = leave(queue, ARGV[2], ARGV[3])
forget_if_empty(queue)
return was_waiting
