-- uses shared
--[[ Ends an exchange; the next one may begin.
  KEYS[1] place   ARGV[1] system   ARGV[2] place   ARGV[3] exchange   ARGV[4] roles that wait on, at the head: '', s or r
  Answers 1 when it was under way, else 0. ]]
local was_under_way = finish(ARGV[1], ARGV[2], KEYS[1], ARGV[3], ARGV[4])
tidy(ARGV[2], KEYS[1])
return was_under_way
