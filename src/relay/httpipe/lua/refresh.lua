-- uses shared
--[[ Where a side stands. A channel that is looked after is remembered.
  KEYS[1] place   ARGV[1] system   ARGV[2] place   ARGV[3] entry   ARGV[4] role: s or r
  Answers { 'waiting' }, { 'paired', exchange, sender, receiver } or { 'gone' }. ]]
local found = refresh(ARGV[1], ARGV[2], KEYS[1], ARGV[3], ARGV[4])
if found[1] ~= 'gone' then remember(ARGV[2]) end
return found
