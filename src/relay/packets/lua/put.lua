-- uses shared
--[[ Puts a packet into a client's mailbox, and notifies the nodes where the client waits.
  ARGV[1] client   ARGV[2] packet   ARGV[3] most packets   ARGV[4] most bytes   ARGV[5] how long it is kept, ms   ARGV[6] most clients
  Returns 'STORED' or 'FULL'. ]]
local client, packet, packets_max, bytes_max, lifetime, clients_max = unpack(ARGV)
if not has_room(client, clients_max) then return 'FULL' end
local seq = text(redis.call('INCR', P .. 'seq'))
redis.call('HSET', P .. 'p:' .. client, seq, packet)
redis.call('ZADD', P .. 'b:' .. client, seq, seq)
keep(client, tonumber(lifetime))
trim(client, packets_max, bytes_max)
wake(client)
return 'STORED'
