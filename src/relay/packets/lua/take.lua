-- uses shared
--[[ Takes the oldest packet of a client. What was in flight on a node that died, or for too long, waits again.
  ARGV[1] node   ARGV[2] client   ARGV[3] receipt; taken with it before, the same packet is taken again
  ARGV[4] how long it may be in flight, ms   ARGV[5] how long this node wants to be woken when there is none, ms
  Answers with { packet, how many more wait }, or with nothing. ]]
local node, client, receipt, flight_ms, wake_ms = unpack(ARGV)
local time = now()
local flight = redis.call('HGETALL', P .. 'f:' .. client)
for i = 1, #flight, 2 do
  local seq, deadline = string.match(flight[i + 1], '^(%d+):(%d+)$')
  if flight[i] == receipt or tonumber(deadline) < time or not is_alive(string.match(flight[i], '^[^|]+')) then
    redis.call('HDEL', P .. 'f:' .. client, flight[i])
    redis.call('ZADD', P .. 'b:' .. client, seq, seq)
  end
end

local rest = redis.call('PTTL', P .. 'p:' .. client)
if rest > 0 then redis.call('PEXPIRE', P .. 'b:' .. client, rest) end

local popped = redis.call('ZPOPMIN', P .. 'b:' .. client)
while popped[1] do
  local packet = redis.call('HGET', P .. 'p:' .. client, popped[1])
  if packet then
    redis.call('HSET', P .. 'f:' .. client, receipt, popped[1] .. ':' .. text(time + flight_ms))
    -- As long as the packet itself, so that neither outlives the other.
    redis.call('PEXPIRE', P .. 'f:' .. client, math.max(rest, tonumber(flight_ms)))
    redis.call('PEXPIRE', P .. 'p:' .. client, flight_ms, 'GT')
    return { packet, redis.call('ZCARD', P .. 'b:' .. client) }
  end
  popped = redis.call('ZPOPMIN', P .. 'b:' .. client)
end

redis.call('ZADD', P .. 'w:' .. client, text(time + wake_ms), node)
redis.call('PEXPIRE', P .. 'w:' .. client, wake_ms)
return false
