-- uses meeting
--[[ Channels, and the sets of those at which somebody is: of namespaces, and of the channels of each. ]]
local NAMESPACES = PREFIX .. 'hp-namespaces'

local function parts(place)
  return string.match(place, '^([^/]*)/(.*)$')
end

local function channels_of(namespace)
  return PREFIX .. 'hp-channels:' .. namespace
end

local function remember(place)
  local namespace, channel = parts(place)
  redis.call('SADD', NAMESPACES, namespace)
  redis.call('SADD', channels_of(namespace), channel)
end

-- Forgets a channel at which nobody is.
local function tidy(place, key)
  if not is_empty(key) then return end
  local namespace, channel = parts(place)
  redis.call('SREM', channels_of(namespace), channel)
  if redis.call('EXISTS', channels_of(namespace)) == 0 then redis.call('SREM', NAMESPACES, namespace) end
end

-- The channels of a namespace at which somebody lives.
local function living(namespace)
  local found = {}
  for _, channel in ipairs(redis.call('SMEMBERS', channels_of(namespace))) do
    local place = namespace .. '/' .. channel
    local key = PREFIX .. 'hp:' .. place
    local is_here = under_way('hp', place, key) or first(key, 's') or first(key, 'r')
    if is_here then found[#found + 1] = channel else tidy(place, key) end
  end
  return found
end
