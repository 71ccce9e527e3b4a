-- uses shared
--[[ The state of a waiter.
  KEYS[1] queue   ARGV[1] its name   ARGV[2] waiter   ARGV[3] role: s or r
  Returns what `waiter_state` does. ]]
return refresh(queue_named(ARGV[1]), ARGV[2], ARGV[3])
