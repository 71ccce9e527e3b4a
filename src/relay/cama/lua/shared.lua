-- uses ../../queues/lua/match
--[[ A session is a hash: token, the SHA-256 of the host's; secure, 1 or 0; peer; expires, unix ms. It has two queues, <id>:host and
  <id>:guest, named after their sender. INDEX is a sorted set of sessions by the time at which they expire. ]]
local INDEX = PREFIX .. 'cm-index'

local function queue_named(name)
  return make_queue('cm', name, true)
end

-- The key of the session that a queue belongs to.
local function session_key(queue)
  return PREFIX .. 'cm:' .. string.match(queue.name, '^[^:]+')
end
