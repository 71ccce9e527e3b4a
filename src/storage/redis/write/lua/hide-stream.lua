--[[ Takes a stream out of the way unless it is as long as what follows expects. In one transaction with that, and with put-back.
  KEYS 1 the stream  2 its name meanwhile
  ARGV 1 the length ]]
if redis.call('XLEN', KEYS[1]) ~= tonumber(ARGV[1]) and redis.call('EXISTS', KEYS[1]) == 1 then
  redis.call('RENAME', KEYS[1], KEYS[2])
end
