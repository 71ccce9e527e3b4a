-- uses shared
--[[ The state of a waiter. Keeps a stream with a transfer from being forgotten.
  KEYS[1] stream   ARGV[1] id   ARGV[2] waiter   ARGV[3] role: s or r
  Returns what `waiter_state` does. ]]
touch(QUEUE)
if current_match(QUEUE) then keep(KEPT_MS) end
return waiter_state(QUEUE, ARGV[2], ARGV[3])
