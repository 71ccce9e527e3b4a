--[[ Undoes set-aside, if it did anything.
  KEYS 1 the stream  2 its name meanwhile ]]
if redis.call('EXISTS', KEYS[2]) == 1 then redis.call('RENAME', KEYS[2], KEYS[1]) end
