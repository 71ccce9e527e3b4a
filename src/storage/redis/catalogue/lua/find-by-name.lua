-- uses ../../schema/lua/shared
-- uses ./name-index-status
--[[ Finds logs of a partition by their state and the beginning of their id: from span to span, newest first, until enough are found.
  KEYS as in shared.lua, except KEYS[1]
  ARGV[5] from     '+inf' for the newest span, '<ms>' for the span that holds it, '(<ms>' for the span that ends there
  ARGV[6] prefix   ARGV[7] how many are wanted   ARGV[8] how many spans are read   ARGV[9...] states
  Returns { first ms of the last span that was read, or '' if it was the last one, <id>\0<creation ms>:<generation>, ... }, with all matches
  of each span, unordered; or nil if there is no index. ]]
if up_to_date() ~= 'all' then return nil end
local FROM, PREFIX, WANTED, SPANS_MAX = ARGV[5], ARGV[6], tonumber(ARGV[7]), tonumber(ARGV[8])
local found = { '' }
local spans = redis.call('ZREVRANGEBYSCORE', SPANS, FROM, '-inf', 'LIMIT', 0, SPANS_MAX + 1)
for i, span in ipairs(spans) do
  -- No byte of UTF-8 is 255.
  local first, last = '[' .. span .. PREFIX, '(' .. span .. PREFIX .. '\255'
  for s = 9, #ARGV do
    for _, entry in ipairs(redis.call('ZRANGEBYLEX', NAMES .. ':' .. ARGV[s], first, last)) do
      found[#found + 1] = string.sub(entry, 14)
    end
  end
  if i < #spans and (#found > WANTED or i == SPANS_MAX) then
    found[1] = span
    return found
  end
end
return found
