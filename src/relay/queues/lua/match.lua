-- uses ../../nodes/lua/clock
--[[ What every script about a place begins with. Of a place with the key P there are

  P:s, P:r   lists of the senders and receivers that wait, each <node>|<number>
  P:b        hash of the exchange under way: x its name, s and r its sides

  All of it is forgotten when nobody has looked after it for a while. Keys are made here that are not named in KEYS: they share the
  hash tag of those that are. ]]
local PREFIX = 'loom:{relay}:'
local KEPT_MS = 600000
local INBOX_LENGTH = 10000

local function node_of(entry)
  return string.match(entry, '^([^|]+)|')
end

local function is_alive(entry)
  return redis.call('EXISTS', PREFIX .. 'n:' .. node_of(entry) .. ':alive') == 1
end

local function notify(system, place, to, kind, fields)
  fields.place, fields.me, fields.k = place, to, kind
  redis.call('XADD', PREFIX .. 'n:' .. node_of(to) .. ':in', 'NOMKSTREAM', 'MAXLEN', '~', INBOX_LENGTH, '*',
    't', system, 'f', cjson.encode(fields))
end

local function touch(key)
  for _, part in ipairs({ ':s', ':r', ':b' }) do redis.call('PEXPIRE', key .. part, KEPT_MS) end
end

-- The first who waits and whose node lives, or nil.
local function first_living(key, role)
  while true do
    local entry = redis.call('LINDEX', key .. ':' .. role, 0)
    if not entry then return nil end
    if is_alive(entry) then return entry end
    redis.call('LPOP', key .. ':' .. role)
  end
end

-- The exchange under way, or nil. The sender's node says when it is over; where that has died, it is over. The receiver may not have
-- been sent a byte yet, which only its node knows: it is put back, and its node takes it away if it does not wait any more.
local function current_match(system, place, key)
  local x, s, r = unpack(redis.call('HMGET', key .. ':b', 'x', 's', 'r'))
  if not x then return nil end
  if is_alive(s) then return { x = x, s = s, r = r } end
  redis.call('DEL', key .. ':b')
  if system ~= 'rv' and is_alive(r) then
    redis.call('LPUSH', key .. ':r', r)
    notify(system, place, r, 'again', { x = x })
  end
  return nil
end

-- Pairs the first two if there are two, and tells them. Answers whether it did.
local function match(system, place, key)
  if current_match(system, place, key) then return false end
  local s, r = first_living(key, 's'), first_living(key, 'r')
  if not s or not r then return false end
  redis.call('LPOP', key .. ':s')
  redis.call('LPOP', key .. ':r')
  local x = text(redis.call('INCR', PREFIX .. 'x'))
  redis.call('HSET', key .. ':b', 'x', x, 's', s, 'r', r)
  for _, entry in ipairs({ r, s }) do notify(system, place, entry, 'pair', { x = x, s = s, r = r }) end
  return true
end

local function join(system, place, key, entry, role)
  redis.call('RPUSH', key .. ':' .. role, entry)
  local matched = match(system, place, key)
  touch(key)
  return matched
end

local function leave(key, entry, role)
  return redis.call('LREM', key .. ':' .. role, 1, entry)
end

-- Answers with the list of words that `Standing` is made of.
local function waiter_state(system, place, key, entry, role)
  if redis.call('LPOS', key .. ':' .. role, entry) then return { 'waiting' } end
  local pair = current_match(system, place, key)
  if pair and pair[role] == entry then return { 'paired', pair.x, pair.s, pair.r } end
  return { 'gone' }
end

-- The same for a side that keeps its place by asking.
local function refresh(system, place, key, entry, role)
  match(system, place, key)
  touch(key)
  return waiter_state(system, place, key, entry, role)
end

-- `returning` names the roles that wait on, before all others; with `why`, they are sent away. Answers 1 when this was the exchange
-- under way, else 0.
local function finish(system, place, key, x, returning, why)
  local pair = current_match(system, place, key)
  if not pair or pair.x ~= x then return 0 end
  redis.call('DEL', key .. ':b')
  for role in string.gmatch(returning, '[sr]') do
    if why then
      notify(system, place, pair[role], 'gone', { why = why })
    else
      redis.call('LPUSH', key .. ':' .. role, pair[role])
      notify(system, place, pair[role], 'again', { x = x })
    end
  end
  match(system, place, key)
  touch(key)
  return 1
end

-- Sends away everyone who waits.
local function evict_waiting(system, place, key, why)
  for _, role in ipairs({ 's', 'r' }) do
    for _, entry in ipairs(redis.call('LRANGE', key .. ':' .. role, 0, -1)) do
      notify(system, place, entry, 'gone', { why = why })
    end
    redis.call('DEL', key .. ':' .. role)
  end
end

local function is_empty(key)
  return redis.call('EXISTS', key .. ':s', key .. ':r', key .. ':b') == 0
end
