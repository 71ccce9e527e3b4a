-- Messages to other nodes, as node-bus.ts reads them.
local PREFIX = 'loom:{relay}:'
local INBOX_LENGTH = 10000

-- The node in `<node>|<anything>`.
local function node_of(id)
  return string.match(id, '^([^|]+)|')
end

local function is_alive(node)
  return redis.call('EXISTS', PREFIX .. 'n:' .. node .. ':alive') == 1
end

local function notify(node, kind, fields)
  redis.call('XADD', PREFIX .. 'n:' .. node .. ':in', 'NOMKSTREAM', 'MAXLEN', '~', INBOX_LENGTH, '*',
    't', kind, 'f', cjson.encode(fields))
end
