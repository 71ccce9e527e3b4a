-- uses ../../../redis/lua/clock
-- uses ../../nodes/lua/inbox
--[[ What every script about a queue begins with. A queue with the key K has

  K:s, K:r   lists of the senders and receivers that wait, each <node>|<number>
  K:b        hash of the running transfer: x its id, s and r its waiters

  All of it expires unless a waiter refreshes it. The scripts make keys that are not named in KEYS: these share the hash tag of those
  that are. ]]
local KEPT_MS = 600000

-- `requeues`: whether a waiter that lost its peer before the first byte waits again.
local function make_queue(system, name, requeues)
  return { system = system, name = name, key = PREFIX .. system .. ':' .. name, requeues = requeues }
end

local function is_waiter_alive(id)
  return is_alive(node_of(id))
end

local function notify_waiter(queue, id, kind, fields)
  fields.place, fields.me, fields.k = queue.name, id, kind
  notify(node_of(id), queue.system, fields)
end

local function touch(queue)
  for _, part in ipairs({ ':s', ':r', ':b' }) do redis.call('PEXPIRE', queue.key .. part, KEPT_MS) end
end

-- The first that waits and whose node is alive, or nil.
local function first_living(queue, role)
  while true do
    local id = redis.call('LINDEX', queue.key .. ':' .. role, 0)
    if not id then return nil end
    if is_waiter_alive(id) then return id end
    redis.call('LPOP', queue.key .. ':' .. role)
  end
end

-- The running transfer, or nil. The sender's node reports its end; if that node is dead, it has ended. Only the receiver's node knows
-- whether bytes had flowed: the receiver is requeued, and its node removes it if they had.
local function current_match(queue)
  local x, s, r = unpack(redis.call('HMGET', queue.key .. ':b', 'x', 's', 'r'))
  if not x then return nil end
  if is_waiter_alive(s) then return { x = x, s = s, r = r } end
  redis.call('DEL', queue.key .. ':b')
  if queue.requeues and is_waiter_alive(r) then
    redis.call('LPUSH', queue.key .. ':r', r)
    notify_waiter(queue, r, 'again', { x = x })
  end
  return nil
end

-- Matches the first sender with the first receiver, and notifies both. Returns whether there were two.
local function match(queue)
  if current_match(queue) then return false end
  local s, r = first_living(queue, 's'), first_living(queue, 'r')
  if not s or not r then return false end
  redis.call('LPOP', queue.key .. ':s')
  redis.call('LPOP', queue.key .. ':r')
  local x = text(redis.call('INCR', PREFIX .. 'x'))
  redis.call('HSET', queue.key .. ':b', 'x', x, 's', s, 'r', r)
  for _, id in ipairs({ r, s }) do notify_waiter(queue, id, 'pair', { x = x, s = s, r = r }) end
  return true
end

local function join(queue, id, role)
  redis.call('RPUSH', queue.key .. ':' .. role, id)
  local matched = match(queue)
  touch(queue)
  return matched
end

local function leave(queue, id, role)
  return redis.call('LREM', queue.key .. ':' .. role, 1, id)
end

-- Returns { 'waiting' }, { 'paired', transfer, sender, receiver } or { 'gone' }.
local function waiter_state(queue, id, role)
  if redis.call('LPOS', queue.key .. ':' .. role, id) then return { 'waiting' } end
  local found = current_match(queue)
  if found and found[role] == id then return { 'paired', found.x, found.s, found.r } end
  return { 'gone' }
end

-- The same, and extends the expiry of the queue.
local function refresh(queue, id, role)
  match(queue)
  touch(queue)
  return waiter_state(queue, id, role)
end

-- `requeued` names the roles that wait again, at the head of the queue; with `why`, they are evicted instead. Returns 1 if this was the
-- running transfer, else 0.
local function finish(queue, x, requeued, why)
  local found = current_match(queue)
  if not found or found.x ~= x then return 0 end
  redis.call('DEL', queue.key .. ':b')
  for role in string.gmatch(requeued, '[sr]') do
    if why then
      notify_waiter(queue, found[role], 'gone', { why = why })
    else
      redis.call('LPUSH', queue.key .. ':' .. role, found[role])
      notify_waiter(queue, found[role], 'again', { x = x })
    end
  end
  match(queue)
  touch(queue)
  return 1
end

local function evict_waiting(queue, why)
  for _, role in ipairs({ 's', 'r' }) do
    for _, id in ipairs(redis.call('LRANGE', queue.key .. ':' .. role, 0, -1)) do
      notify_waiter(queue, id, 'gone', { why = why })
    end
    redis.call('DEL', queue.key .. ':' .. role)
  end
end

local function is_empty(queue)
  return redis.call('EXISTS', queue.key .. ':s', queue.key .. ':r', queue.key .. ':b') == 0
end
