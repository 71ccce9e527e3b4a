-- uses shared
--[[ Takes a side away.
  KEYS[1] place   ARGV[1] system   ARGV[2] place   ARGV[3] entry   ARGV[4] role: s or r
  Answers 1 when it was waiting, else 0. ]]
return leave(KEYS[1], ARGV[3], ARGV[4])
