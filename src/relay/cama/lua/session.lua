-- uses shared
--[[ The facts about a session.
  KEYS[1] session
  Answers with its hash as a flat list, empty when there is none. ]]
return redis.call('HGETALL', KEYS[1])
