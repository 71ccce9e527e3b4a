-- uses shared
--[[ Takes a side out of its queue.
  KEYS[1] place   ARGV[1] system   ARGV[2] place   ARGV[3] entry   ARGV[4] role: s or r
  Answers 1 when it was waiting, else 0. ]]
local was_waiting = leave(KEYS[1], ARGV[3], ARGV[4])
tidy(ARGV[2], KEYS[1])
return was_waiting
