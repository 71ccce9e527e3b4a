-- uses shared
--[[ Where a side stands. A stream that is looked after is kept.
  KEYS[1] stream   ARGV[1] id   ARGV[2] entry   ARGV[3] role: s or r
  Answers { 'waiting' }, { 'paired', exchange, sender, receiver } or { 'gone' }. ]]
touch(KEY)
if current_match(SYSTEM, ID, KEY) then keep(KEPT_MS) end
return waiter_state(SYSTEM, ID, KEY, ARGV[2], ARGV[3])
