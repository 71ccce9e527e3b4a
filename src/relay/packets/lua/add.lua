-- uses shared
--[[ Puts a packet into the queue to the upstream. If a node has other packets of the client already, it sends this one too, so that
  they keep their order; otherwise this node does.
  ARGV[1] node   ARGV[2] client   ARGV[3] packet   ARGV[4] most packets   ARGV[5] most bytes
  Returns 'FULL', 'OWN', 'OTHERS', or 'ADOPTED' if this node adopted those of a dead node as well. ]]
local node, client, packet, packets_max, bytes_max = unpack(ARGV)
local count = redis.call('HLEN', P .. 'up')
local bytes = tonumber(redis.call('GET', P .. 'up:bytes') or '0')
if count >= tonumber(packets_max) or (count > 0 and bytes + #packet > tonumber(bytes_max)) then return 'FULL' end

local owner = redis.call('HGET', P .. 'up:node', client) or node
local adopted = owner ~= node and not is_alive(owner)
if adopted then
  adopt(owner, node)
  owner = node
end
local seq = text(redis.call('INCR', P .. 'seq'))
redis.call('HSET', P .. 'up', seq, packet)
redis.call('INCRBY', P .. 'up:bytes', #packet)
redis.call('HSET', P .. 'up:client', seq, client)
redis.call('HINCRBY', P .. 'up:count', client, 1)
redis.call('HSET', P .. 'up:node', client, owner)
redis.call('SADD', P .. 'up:nodes', owner)
redis.call('ZADD', P .. 'up:of:' .. owner, seq, seq)
if owner == node then return adopted and 'ADOPTED' or 'OWN' end
notify(owner, 'pk-work', { client = client })
return 'OTHERS'
