--[[ Adds a tombstone for a log that Redis has lost, unless there is one already or a log with this id exists again.
  KEYS[1] lost    string: the generation of the lost log    KEYS[2] facts    hash of the facts about the log with the same id
  ARGV[1] generation    ARGV[2] for how many ms the tombstone is kept
  Returns 1 if it added one, otherwise 0 ]]
if redis.call('EXISTS', KEYS[2]) == 1 then return 0 end
return redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2], 'NX') and 1 or 0
