--[[ Undoes hide-stream.lua, if it renamed the stream.
  KEYS 1 the stream  2 its hidden name ]]
if redis.call('EXISTS', KEYS[2]) == 1 then redis.call('RENAME', KEYS[2], KEYS[1]) end
