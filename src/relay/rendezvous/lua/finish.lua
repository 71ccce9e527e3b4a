-- uses shared
--[[ Ends the exchange of a stream, and the stream.
  KEYS[1] stream   ARGV[1] id   ARGV[2] exchange   ARGV[3] how: complete, source or destination   ARGV[4] bytes
  Answers 1 when it was under way, else 0. ]]
if finish(SYSTEM, ID, KEY, ARGV[2], '') == 0 then return 0 end
if redis.call('EXISTS', KEY) == 0 then return 1 end
redis.call('HSET', KEY, 'bytes', ARGV[4])
local states = { complete = 'FINISHED', source = 'SRC_DISCONNECTED', destination = 'DST_DISCONNECTED' }
deactivate(states[ARGV[3]])
return 1
