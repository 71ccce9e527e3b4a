-- uses ../../schema/lua/shared
--[[ Adds a log that is about to be created to the forks of this one, or renews that.
  ARGV[5] fork    <generation>:<id>    ARGV[6] how long its creation may take, ms    ARGV[7] where it forks
  Returns 1. Codes: LOG_NOT_FOUND | LOG_RETIRED | LOG_GAP if that is beyond the tail ]]
local facts = facts_of_any()
if is_retired(facts) then return 'LOG_RETIRED' end
if not facts or facts.generation ~= GENERATION then return 'LOG_NOT_FOUND' end
local last = last_id(facts)
if not last or has_expired(facts, last) then return 'LOG_NOT_FOUND' end
if tonumber(ARGV[7]) > tonumber(tail_in(last)) then return 'LOG_GAP' end
redis.call('ZADD', forks_key(GENERATION), text(now() + ARGV[6]), ARGV[5])
return 1
