-- Cuts the logs of a partition into spans, see `shared.lua`. For the scripts that add logs to the index.

-- Begins a span at `start`, and moves the members that belong to it from `span`.
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

-- Called before a log is added to the order or to the index: if its span is full, a new span begins with it. If that span has later logs
-- already, as after a step of the clock of Redis, the new span begins with the first of those. Logs of one millisecond are never separated.
-- `before`: only members of the order before this one are in the index so far
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
