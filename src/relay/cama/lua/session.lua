-- uses shared
--[[ The facts about a session.
  KEYS[1] session   ARGV[1] id
  Returns its hash as a flat list, empty if there is none. ]]
return redis.call('HGETALL', KEYS[1])
