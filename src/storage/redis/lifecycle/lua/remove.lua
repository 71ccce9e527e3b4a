-- uses ../../schema/lua/shared
--[[ Removes the log and its bytes; returns the facts it had.
  ARGV[5] outcome as JSON
  ARGV[6] sealed before, unix ms, or '': removes only a log that was sealed before then
  ARGV[7] when this was sent, by the same clock: that of the node
  ARGV[8] expired at, unix ms, or '': removes only a log that has expired by then. Without it an expired log is gone
  Codes: LOG_GONE ]]
local facts, flat_before = facts_of_any()
if not facts or facts.generation ~= GENERATION then return 'LOG_GONE' end
local last = last_id(facts) or '0-0'
local expiry = expiry_of(facts, last)
if ARGV[8] == '' and expiry and expiry <= now() then return 'LOG_GONE' end
local is_kept = ARGV[6] ~= '' and (facts.state ~= 'closed' or tonumber(facts.updatedAt) >= to_redis_time(ARGV[6], ARGV[7]))
  or ARGV[8] ~= '' and not (expiry and expiry <= to_redis_time(ARGV[8], ARGV[7]))
if not is_kept then drop(facts, last, ARGV[5]) end
return { flat_before, last, event_id, orphaned_fork }
