--[[ Seals a log that is overdue; any other stays as it is.
  ARGV[5] now, unix ms    ARGV[6] outcome as JSON
  Codes: LOG_GONE | STORE_DAMAGED ]]
local facts = present_facts()
if not facts then return 'LOG_GONE' end
local last = last_id(facts)
if not last then return 'STORE_DAMAGED' end
if facts.deadline and tonumber(facts.deadline) <= tonumber(ARGV[5]) then
  close(facts, tail_in(last), ARGV[6], now())
end
return answer()
