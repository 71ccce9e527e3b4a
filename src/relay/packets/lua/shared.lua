-- uses ../../../redis/lua/clock
-- uses ../../nodes/lua/inbox
--[[ What every script of the packet proxy begins with. KEYS[1] of each is the prefix of all keys of the relays, which is in one slot of
  a Cluster. Below PREFIX .. 'pk:' are:

  seq            counter: numbers all packets
  known          sorted set of clients, by the unix ms until which they are kept
  t:<hash>       the client that has this token
  c:<client>     hash { token, debug }: its login
  b:<client>     sorted set of the packets that wait for it, by seq
  p:<client>     hash <seq> -> packet: all its packets, waiting or in flight
  f:<client>     hash <receipt> -> <seq>:<unix ms>: those in flight, and until when. A receipt is <node>|<number>
  w:<client>     sorted set of the nodes where it waits for a packet, by the unix ms until which they do
  up             hash <seq> -> packet: all that wait for the upstream
  up:bytes       how many bytes those have
  up:client      hash <seq> -> client
  up:count       hash <client> -> how many packets it has there
  up:node        hash <client> -> the node that sends all of its packets, which keeps their order
  up:nodes       set of the nodes that have any
  up:of:<node>   sorted set of those that a node sends, by seq ]]
local P = PREFIX .. 'pk:'

local function wake(client)
  local key = P .. 'w:' .. client
  for _, node in ipairs(redis.call('ZRANGEBYSCORE', key, text(now()), '+inf')) do
    if is_alive(node) then notify(node, 'pk-mail', { client = client }) end
  end
  redis.call('DEL', key)
end

-- Whether the client is known, or may be added. Forgets clients that have expired.
local function has_room(client, clients_max)
  redis.call('ZREMRANGEBYSCORE', P .. 'known', '-inf', text(now()))
  if redis.call('ZSCORE', P .. 'known', client) then return true end
  return redis.call('ZCARD', P .. 'known') < tonumber(clients_max)
end

local function keep(client, ms)
  redis.call('ZADD', P .. 'known', 'GT', text(now() + ms), client)
  for _, kind in ipairs({ 'b:', 'p:', 'f:' }) do redis.call('PEXPIRE', P .. kind .. client, ms) end
end

-- Drops the oldest waiting packets until those left are within both limits. Never drops the newest.
local function trim(client, packets_max, bytes_max)
  local waiting = redis.call('ZRANGE', P .. 'b:' .. client, 0, -1)
  local bytes = 0
  for index = #waiting, 1, -1 do
    bytes = bytes + redis.call('HSTRLEN', P .. 'p:' .. client, waiting[index])
    local count = #waiting - index + 1
    if count > 1 and (count > tonumber(packets_max) or bytes > tonumber(bytes_max)) then
      redis.call('ZREM', P .. 'b:' .. client, waiting[index])
      redis.call('HDEL', P .. 'p:' .. client, waiting[index])
    end
  end
end

-- Gives the packets of a dead node to a living one. Returns whether there were any.
local function adopt(dead, node)
  local packets = redis.call('ZRANGE', P .. 'up:of:' .. dead, 0, -1)
  for _, seq in ipairs(packets) do
    redis.call('ZADD', P .. 'up:of:' .. node, seq, seq)
    local client = redis.call('HGET', P .. 'up:client', seq)
    if client then redis.call('HSET', P .. 'up:node', client, node) end
  end
  redis.call('DEL', P .. 'up:of:' .. dead)
  redis.call('SREM', P .. 'up:nodes', dead)
  if #packets > 0 then redis.call('SADD', P .. 'up:nodes', node) end
  return #packets > 0
end
