-- Whether the index of names is valid, see `shared.lua`.

-- How many events were written to the partition's lifecycle stream, trimmed ones included.
local function events_added()
  local info = redis.pcall('XINFO', 'STREAM', LIFECYCLE)
  for i = 1, #info, 2 do
    if info[i] == 'entries-added' then return info[i + 1] end
  end
  return 0
end

-- How far the index has come, or nil if there is none. An index is invalid once a node of a version that does not maintain it has changed a
-- log: it has written an event without counting it.
local function up_to_date()
  local up_to, added, told = unpack(redis.call('HMGET', BUILT, 'upTo', 'added', 'told'))
  return up_to and events_added() == added + told and up_to
end
