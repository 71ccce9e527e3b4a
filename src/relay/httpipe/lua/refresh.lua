-- uses shared
--[[ The state of a waiter. Keeps its channel from being forgotten.
  KEYS[1] queue   ARGV[1] its name   ARGV[2] waiter   ARGV[3] role: s or r
  Returns what `waiter_state` does. ]]
local queue = queue_named(ARGV[1])
local found = refresh(queue, ARGV[2], ARGV[3])
if found[1] ~= 'gone' then remember(queue) end
return found
