-- uses shared
--[[ Puts the oldest packet of a client in flight. A packet whose node died, or that is in flight for too long, waits again.
  ARGV[1] node   ARGV[2] client   ARGV[3] receipt: repeated with the same one, the script returns the same packet
  ARGV[4] how long it may be in flight, ms   ARGV[5] for how long the node is notified if there is none, ms
  Returns { packet, how many more wait }, or nothing. ]]
local node, client, receipt, flight_ms, wake_ms = unpack(ARGV)
local time = now()
local flight = redis.call('HGETALL', P .. 'f:' .. client)
for i = 1, #flight, 2 do
  local seq, deadline = string.match(flight[i + 1], '^(%d+):(%d+)$')
  if flight[i] == receipt or tonumber(deadline) < time or not is_alive(node_of(flight[i])) then
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
    -- Expires together with the packet itself.
    redis.call('PEXPIRE', P .. 'f:' .. client, math.max(rest, tonumber(flight_ms)))
    redis.call('PEXPIRE', P .. 'p:' .. client, flight_ms, 'GT')
    return { packet, redis.call('ZCARD', P .. 'b:' .. client) }
  end
  popped = redis.call('ZPOPMIN', P .. 'b:' .. client)
end

redis.call('ZADD', P .. 'w:' .. client, text(time + wake_ms), node)
redis.call('PEXPIRE', P .. 'w:' .. client, wake_ms)
return false
