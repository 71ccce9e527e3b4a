--[[ Renames a stream unless it has the length that the following appends expect. In one transaction with those and with restore-stream.lua.
  KEYS 1 the stream  2 its hidden name
  ARGV 1 the length ]]
if redis.call('XLEN', KEYS[1]) ~= tonumber(ARGV[1]) and redis.call('EXISTS', KEYS[1]) == 1 then
  redis.call('RENAME', KEYS[1], KEYS[2])
end
