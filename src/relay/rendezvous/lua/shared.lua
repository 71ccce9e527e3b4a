-- uses ../../queues/lua/match
--[[ A stream is its place and, under the place's key itself, a hash:

  created, deadline, deactivated   unix ms          state    as on the wire
  headers, report                  JSON             bytes    taken from the sender
  retention                        ms that its status is kept after its end

  INDEX is a sorted set of ids by the time at which each will be forgotten. ]]
local INDEX = PREFIX .. 'rv-index'
local KEY, ID = KEYS[1], ARGV[1]
local SYSTEM = 'rv'

local function keep(ms)
  redis.call('PEXPIRE', KEY, ms)
  redis.call('ZADD', INDEX, text(now() + ms), ID)
end

local function deactivate(state, at)
  redis.call('HSET', KEY, 'state', state, 'deactivated', text(at or now()))
  keep(math.max(1, tonumber(redis.call('HGET', KEY, 'retention'))))
end

-- The state of a stream, nil for none. What nobody waits at expires when it is looked at, and so does what was cut by dying nodes.
local function state()
  local found, deadline = unpack(redis.call('HMGET', KEY, 'state', 'deadline'))
  if not found then return nil end
  if found == 'CREATED' and tonumber(deadline) <= now() and not first_living(KEY, 's') and not first_living(KEY, 'r') then
    deactivate('TIMEOUT_NO_SRC', tonumber(deadline))
  elseif found == 'STREAMING' and not current_match(SYSTEM, ID, KEY) then
    deactivate('SRC_DISCONNECTED')
  else
    return found
  end
  return redis.call('HGET', KEY, 'state')
end
