-- uses shared
--[[ The facts about a stream.
  KEYS[1] stream   ARGV[1] id
  Answers with its hash as a flat list, empty when there is none. ]]
state()
return redis.call('HGETALL', KEY)
