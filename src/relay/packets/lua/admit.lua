-- uses shared
--[[ A login. The client's former token becomes invalid.
  ARGV[1] client   ARGV[2] hash of its token   ARGV[3] debug: '1' or '0'   ARGV[4] lifetime ms   ARGV[5] most clients
  Returns 'ADMITTED' or 'FULL'. ]]
local client, hash, debug, lifetime, clients_max = unpack(ARGV)
if not has_room(client, clients_max) then return 'FULL' end
local former = redis.call('HGET', P .. 'c:' .. client, 'token')
if former then redis.call('DEL', P .. 't:' .. former) end
local holder = redis.call('GET', P .. 't:' .. hash)
if holder and holder ~= client then redis.call('DEL', P .. 'c:' .. holder) end
redis.call('SET', P .. 't:' .. hash, client, 'PX', lifetime)
redis.call('HSET', P .. 'c:' .. client, 'token', hash, 'debug', debug)
redis.call('PEXPIRE', P .. 'c:' .. client, lifetime)
redis.call('ZADD', P .. 'known', 'GT', text(now() + lifetime), client)
return 'ADMITTED'
