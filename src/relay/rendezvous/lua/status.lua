-- uses shared
--[[ The facts about a stream.
  KEYS[1] stream   ARGV[1] id
  Returns its hash as a flat list, empty if there is none. ]]
state()
return redis.call('HGETALL', KEY)
