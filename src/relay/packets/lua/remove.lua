-- uses shared
--[[ Removes a packet from the queue to the upstream, whichever node was to send it. Does nothing if repeated.
  ARGV[1] client   ARGV[2] seq ]]
local client, seq = unpack(ARGV)
local bytes = redis.call('HSTRLEN', P .. 'up', seq)
if redis.call('HDEL', P .. 'up', seq) == 0 then return 0 end
redis.call('DECRBY', P .. 'up:bytes', bytes)
redis.call('HDEL', P .. 'up:client', seq)
local node = redis.call('HGET', P .. 'up:node', client)
if node then
  redis.call('ZREM', P .. 'up:of:' .. node, seq)
  if redis.call('EXISTS', P .. 'up:of:' .. node) == 0 then redis.call('SREM', P .. 'up:nodes', node) end
end
if redis.call('HINCRBY', P .. 'up:count', client, -1) <= 0 then
  redis.call('HDEL', P .. 'up:count', client)
  redis.call('HDEL', P .. 'up:node', client)
end
return 1
