-- uses shared
--[[ Ends the transfer of a stream, and the stream.
  KEYS[1] stream   ARGV[1] id   ARGV[2] transfer   ARGV[3] ''   ARGV[4] how: complete, source or destination   ARGV[5] bytes
  Returns 1 if it was the running one, else 0. ]]
if finish(QUEUE, ARGV[2], ARGV[3]) == 0 then return 0 end
if redis.call('EXISTS', KEY) == 0 then return 1 end
redis.call('HSET', KEY, 'bytes', ARGV[5])
local states = { complete = 'FINISHED', source = 'SRC_DISCONNECTED', destination = 'DST_DISCONNECTED' }
deactivate(states[ARGV[4]])
return 1
