-- uses ../../schema/lua/shared
-- uses ./name-index-status
-- uses ../../schema/lua/spans
--[[ Adds some logs of a partition to the index of names, the oldest first. Starts again if there is no index, or if a node of an older version
  has changed a log since. Any number of nodes may run it: each continues where the last one stopped. Until this script has added a log, no
  other script adds it.
  KEYS as in shared.lua, but KEYS[1] is the prefix of the names of hashes of facts
  ARGV[5] how many logs are added
  Returns 1 if all are in the index, 0 if some are not, and -1 if it started again and some are not ]]
local STATES = { open = true, interrupted = true, closed = true }

local up_to = up_to_date()
local began = not up_to
if began then
  for state in pairs(STATES) do redis.call('UNLINK', NAMES .. ':' .. state) end
  redis.call('UNLINK', SPANS)
  redis.call('ZADD', SPANS, 0, FIRST_SPAN)
  up_to = ''
  redis.call('HSET', BUILT, 'upTo', up_to, 'added', text(events_added()), 'told', '0')
end
if up_to == 'all' then return 1 end

local from = up_to == '' and '-' or '(' .. up_to .. ';'
local members = redis.call('ZRANGEBYLEX', ORDER, from, '+', 'LIMIT', 0, ARGV[5])
for _, member in ipairs(members) do
  local key, id = string.sub(member, 1, 50), string.sub(member, 52)
  local created_at, generation = string.sub(key, 1, 13), string.sub(key, 15)
  -- A key that is not a hash gives an error, which has neither.
  local facts = redis.pcall('HMGET', FACTS .. id, 'generation', 'state')
  if facts[1] == generation and STATES[facts[2]] then
    begin_span(created_at, member)
    redis.call('ZADD', NAMES .. ':' .. facts[2], 0, span_of(created_at) .. id .. '\0' .. key)
  end
  up_to = key
end
if #members < tonumber(ARGV[5]) then up_to = 'all' end
redis.call('HSET', BUILT, 'upTo', up_to)
return up_to == 'all' and 1 or began and -1 or 0
