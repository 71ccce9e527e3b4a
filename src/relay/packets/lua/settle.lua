-- uses shared
--[[ Ends the flight of a packet. Does nothing if repeated, or if the packet waits again because its node seemed dead.
  ARGV[1] client   ARGV[2] receipt   ARGV[3] 'arrived' or 'lost'   ARGV[4] most packets   ARGV[5] most bytes ]]
local client, receipt, outcome, packets_max, bytes_max = unpack(ARGV)
local flight = redis.call('HGET', P .. 'f:' .. client, receipt)
if not flight then return 0 end
local seq = string.match(flight, '^%d+')
redis.call('HDEL', P .. 'f:' .. client, receipt)
if outcome == 'arrived' then
  redis.call('HDEL', P .. 'p:' .. client, seq)
else
  redis.call('ZADD', P .. 'b:' .. client, seq, seq)
  local rest = redis.call('PTTL', P .. 'p:' .. client)
  if rest > 0 then redis.call('PEXPIRE', P .. 'b:' .. client, rest) end
  trim(client, packets_max, bytes_max)
  wake(client)
end
return 1
