-- How the logs of a partition are cut into spans, see `shared.lua`. It is put before the scripts that bring logs into the index.

-- Begins a span at `start`. Those of these members of the order that belong to it leave `span`.
local function cut_span(span, members, start)
  for _, member in ipairs(members) do
    local key, id = string.sub(member, 1, 50), string.sub(member, 52)
    for _, state in ipairs({ 'open', 'interrupted', 'closed' }) do
      local set, rest = NAMES .. ':' .. state, id .. '\0' .. key
      local has_moved = key >= start and redis.call('ZREM', set, span .. rest) == 1
      if has_moved then redis.call('ZADD', set, 0, start .. rest) end
    end
  end
  redis.call('ZADD', SPANS, start, start)
end

-- Called before a log enters the order, or the index: where the span that it would be in is full, a new one begins with it. Where that
-- span has later logs already, as after a step of the clock of Redis, the new one begins with the first of those. Logs of one
-- millisecond are never parted.
-- `before`: only members of the order before this one are in the index yet
local function begin_span(created_at, before)
  local span, after = span_of(created_at)
  if not span then return end
  local limit = '(' .. (before or after or '~')
  if redis.call('ZLEXCOUNT', ORDER, '[' .. span, limit) < SPAN_LOGS then return end
  local later = redis.call('ZRANGEBYLEX', ORDER, '[' .. created_at, limit)
  if #later == 0 then return cut_span(span, later, created_at) end
  for _, member in ipairs(later) do
    local start = string.sub(member, 1, 13)
    if start ~= created_at then return cut_span(span, later, start) end
  end
end
