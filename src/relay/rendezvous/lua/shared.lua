-- uses ../../queues/lua/match
--[[ The queue of a stream is named after the stream's id. Under its key itself is a hash:

  created, deadline, deactivated   unix ms          state    as on the wire
  headers, report                  JSON             bytes    read from the sender
  retention                        ms that its status is kept after its end

  INDEX is a sorted set of ids by the time at which each is forgotten. ]]
local INDEX = PREFIX .. 'rv-index'
local KEY, ID = KEYS[1], ARGV[1]
local QUEUE = make_queue('rv', ID, false)

local function keep(ms)
  redis.call('PEXPIRE', KEY, ms)
  redis.call('ZADD', INDEX, text(now() + ms), ID)
end

local function deactivate(state, at)
  redis.call('HSET', KEY, 'state', state, 'deactivated', text(at or now()))
  keep(math.max(1, tonumber(redis.call('HGET', KEY, 'retention'))))
end

local function has_waiter()
  return first_living(QUEUE, 's') or first_living(QUEUE, 'r')
end

-- The state of a stream, nil if there is none. A stream without a waiter expires when its state is read; one whose transfer died with
-- its node ends then.
local function state()
  local found, deadline = unpack(redis.call('HMGET', KEY, 'state', 'deadline'))
  if not found then return nil end
  if found == 'CREATED' and tonumber(deadline) <= now() and not has_waiter() then
    deactivate('TIMEOUT_NO_SRC', tonumber(deadline))
  elseif found == 'STREAMING' and not current_match(QUEUE) then
    deactivate('SRC_DISCONNECTED')
  else
    return found
  end
  return redis.call('HGET', KEY, 'state')
end
