-- uses ../../queues/lua/match
--[[ Channels, and those at which somebody is: a sorted set of namespaces, and one of the channels of each, by the time at which they
  will be forgotten. Who waits or exchanges there looks, and puts that off; what a dead node leaves behind goes. ]]
local NAMESPACES = PREFIX .. 'hp-namespaces'

local function parse_place(place)
  return string.match(place, '^([^/]*)/(.*)$')
end

local function channels_key(namespace)
  return PREFIX .. 'hp-channels:' .. namespace
end

local function note(set, name)
  redis.call('ZREMRANGEBYSCORE', set, '-inf', text(now()))
  redis.call('ZADD', set, text(now() + KEPT_MS), name)
  redis.call('PEXPIRE', set, KEPT_MS)
end

local function remember(place)
  local namespace, channel = parse_place(place)
  note(NAMESPACES, namespace)
  note(channels_key(namespace), channel)
end

local function channels_in(namespace)
  return redis.call('ZRANGE', channels_key(namespace), 0, -1)
end

-- Forgets a channel at which nobody is.
local function tidy(place, key)
  if not is_empty(key) then return end
  local namespace, channel = parse_place(place)
  redis.call('ZREM', channels_key(namespace), channel)
  if redis.call('EXISTS', channels_key(namespace)) == 0 then redis.call('ZREM', NAMESPACES, namespace) end
end

-- The channels of a namespace at which somebody lives.
local function living_channels(namespace)
  local found = {}
  for _, channel in ipairs(channels_in(namespace)) do
    local place = namespace .. '/' .. channel
    local key = PREFIX .. 'hp:' .. place
    local is_here = current_match('hp', place, key) or first_living(key, 's') or first_living(key, 'r')
    if is_here then found[#found + 1] = channel else tidy(place, key) end
  end
  return found
end
