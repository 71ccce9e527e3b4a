-- uses ../../queues/lua/match
--[[ A channel exists while it has waiters or a transfer. Its queue is <namespace>/<channel>. There is a sorted set of namespaces, and one
  per namespace of its channels, by the time at which each is forgotten. Waiters extend that; what a dead node leaves behind expires. ]]
local NAMESPACES = PREFIX .. 'hp-namespaces'

local function queue_named(name)
  return make_queue('hp', name, true)
end

local function channels_key(namespace)
  return PREFIX .. 'hp-channels:' .. namespace
end

local function parse_queue(queue)
  return string.match(queue.name, '^([^/]*)/(.*)$')
end

local function note(set, name)
  redis.call('ZREMRANGEBYSCORE', set, '-inf', text(now()))
  redis.call('ZADD', set, text(now() + KEPT_MS), name)
  redis.call('PEXPIRE', set, KEPT_MS)
end

local function remember(queue)
  local namespace, channel = parse_queue(queue)
  note(NAMESPACES, namespace)
  note(channels_key(namespace), channel)
end

local function channels_in(namespace)
  return redis.call('ZRANGE', channels_key(namespace), 0, -1)
end

local function forget_if_empty(queue)
  if not is_empty(queue) then return end
  local namespace, channel = parse_queue(queue)
  redis.call('ZREM', channels_key(namespace), channel)
  if redis.call('EXISTS', channels_key(namespace)) == 0 then redis.call('ZREM', NAMESPACES, namespace) end
end

-- The channels of a namespace that have a waiter or a transfer of a living node.
local function living_channels(namespace)
  local found = {}
  for _, channel in ipairs(channels_in(namespace)) do
    local queue = queue_named(namespace .. '/' .. channel)
    local is_used = current_match(queue) or first_living(queue, 's') or first_living(queue, 'r')
    if is_used then found[#found + 1] = channel else forget_if_empty(queue) end
  end
  return found
end
