-- uses ../../../redis/lua/clock
--[[ What every script of the packet proxy begins with. They are all given KEYS[1], the prefix of all keys of the relays, which is in
  one slot of a Cluster, and make their keys from it:

  seq            counter: the order of all packets
  known          sorted set of clients, by the unix ms until which they are kept
  t:<hash>       the client that has this token
  c:<client>     hash { token, debug }: its login
  b:<client>     sorted set of the packets that wait for it, by their order
  p:<client>     hash of all its packets, waiting or in flight
  f:<client>     hash <receipt> -> <seq>:<unix ms>: those in flight, and until when. A receipt begins with its node and a '|'
  w:<client>     sorted set of the nodes where it waits for a packet, by the unix ms until which they do
  up             hash of the packets that wait for the upstream
  up:bytes       how many bytes those have
  up:client      hash: whose they are
  up:count       hash: how many a client has
  up:node        hash: the node that sends those of a client. All of a client are one node's, which keeps them in order
  up:nodes       set of the nodes that have any
  up:of:<node>   sorted set of those that a node sends ]]
local P = KEYS[1] .. 'pk:'

local function is_alive(node)
  return redis.call('EXISTS', KEYS[1] .. 'n:' .. node .. ':alive') == 1
end

local function notify(node, kind, fields)
  redis.call('XADD', KEYS[1] .. 'n:' .. node .. ':in', 'NOMKSTREAM', 'MAXLEN', '~', '10000', '*', 't', kind, 'f', cjson.encode(fields))
end

local function wake(client)
  local key = P .. 'w:' .. client
  for _, node in ipairs(redis.call('ZRANGEBYSCORE', key, text(now()), '+inf')) do
    if is_alive(node) then notify(node, 'pk-mail', { client = client }) end
  end
  redis.call('DEL', key)
end

-- Whether there is a place for this client. Those whose time is over make room.
local function has_room(client, clients_max)
  redis.call('ZREMRANGEBYSCORE', P .. 'known', '-inf', text(now()))
  if redis.call('ZSCORE', P .. 'known', client) then return true end
  return redis.call('ZCARD', P .. 'known') < tonumber(clients_max)
end

local function keep(client, ms)
  redis.call('ZADD', P .. 'known', 'GT', text(now() + ms), client)
  for _, kind in ipairs({ 'b:', 'p:', 'f:' }) do redis.call('PEXPIRE', P .. kind .. client, ms) end
end

-- Drops the oldest that wait until no more than so many and so many bytes are left, but never the newest.
local function trim(client, packets_max, bytes_max)
  local waiting = redis.call('ZRANGE', P .. 'b:' .. client, 0, -1)
  local bytes = 0
  for index = #waiting, 1, -1 do
    bytes = bytes + redis.call('HSTRLEN', P .. 'p:' .. client, waiting[index])
    local place = #waiting - index + 1
    if place > 1 and (place > tonumber(packets_max) or bytes > tonumber(bytes_max)) then
      redis.call('ZREM', P .. 'b:' .. client, waiting[index])
      redis.call('HDEL', P .. 'p:' .. client, waiting[index])
    end
  end
end

-- Makes the packets of a dead node those of a living one. Answers with whether there were any.
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
