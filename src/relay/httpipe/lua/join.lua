-- uses shared
--[[ Adds a waiter to a channel.
  KEYS[1] queue   ARGV[1] its name   ARGV[2] waiter   ARGV[3] role: s or r
  Returns nothing: a channel has no time limit and refuses no waiter. ]]
local queue = queue_named(ARGV[1])
join(queue, ARGV[2], ARGV[3])
remember(queue)
return false
