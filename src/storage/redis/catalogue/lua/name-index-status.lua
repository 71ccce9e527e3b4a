-- Whether the index of names holds, see `shared.lua`. It is put before the scripts that ask for that.

-- How many events were ever written to the partition's lifecycle stream.
local function events_added()
  local info = redis.pcall('XINFO', 'STREAM', LIFECYCLE)
  for i = 1, #info, 2 do
    if info[i] == 'entries-added' then return info[i + 1] end
  end
  return 0
end

-- How far the index has come, or nil where there is none. There is none, either, once a node of a version that does not keep it has
-- changed a log: it has written an event, and not counted it.
local function up_to_date()
  local up_to, added, told = unpack(redis.call('HMGET', BUILT, 'upTo', 'added', 'told'))
  return up_to and events_added() == added + told and up_to
end
