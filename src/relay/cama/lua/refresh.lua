-- uses shared
--[[ Where a side stands.
  KEYS[1] place   ARGV[1] system   ARGV[2] place   ARGV[3] entry   ARGV[4] role: s or r
  Answers { 'waiting' }, { 'paired', exchange, sender, receiver } or { 'gone' }. ]]
return refresh(ARGV[1], ARGV[2], KEYS[1], ARGV[3], ARGV[4])
