-- uses shared
--[[ Removes a waiter.
  KEYS[1] queue   ARGV[1] its name   ARGV[2] waiter   ARGV[3] role: s or r
  Returns 1 if it was waiting, else 0. ]]
return leave(queue_named(ARGV[1]), ARGV[2], ARGV[3])
