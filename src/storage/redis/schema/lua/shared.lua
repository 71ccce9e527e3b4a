-- uses ../../../../redis/lua/clock
--[[ The beginning of every script about one log. Keys and arguments of all of them:

  KEYS[1] facts      hash of the facts about the log
  KEYS[2] bytes      prefix of the names of byte streams
  KEYS[3] order      sorted set <creation ms>:<generation>:<id>
  KEYS[4] held       sorted set <node>:<id>
  KEYS[5] overdue    sorted set of ids without a writer, by deadline
  KEYS[6] sealed     sorted set of ids, by the time of the seal
  KEYS[7] lifecycle  stream of events
  KEYS[8] expiring   sorted set of ids that expire, by a time before which they do not
  KEYS[9] retired    hash of ids that forks keep taken: <generation>, a space, and the fork point of the log or ''
  KEYS[10] forks     prefix of the names of sorted sets of a log's forks <generation>:<id>, by the time until which a fork may still be being created
  KEYS[11] producers prefix of the names of hashes of <epoch>/<sequence>, by producer
  KEYS[12] names     prefix of the names of the keys of the index of names, see below
  KEYS[13] lost      prefix of the names of strings: the generation of a log that Redis has lost
  KEYS[14] lines     prefix of the names of strings: the line index of a log, which is computed from its bytes and expires
  ARGV[1] id         ARGV[2] generation    ARGV[3] node    ARGV[4] length of the lifecycle stream

  They return an error code of the core as a plain string, or
  { facts as a flat list, id of the last entry, id of the last event written or '', <generation> <fork point> of a fork that ended or '' }.
  Writes that need no memory come first: Redis checks maxmemory before the first write only, so that a log can be sealed,
  released or removed while Redis is full. ]]
local FACTS, BYTES, ORDER, HELD, OVERDUE, SEALED, LIFECYCLE, EXPIRING, RETIRED, FORKS, PRODUCERS, NAMES, LOST, LINES = unpack(KEYS)
local ID, GENERATION, NODE, LIFECYCLE_LENGTH = unpack(ARGV)

-- Milliseconds by which a node's clock may seem to be behind because its command was on its way.
local TRANSIT_MS = 5000

-- Converts a time by the clock of a node to the clock of Redis. `sent` is when the node sent the command. If the difference may be the time
-- that the command was on its way, it does not count: nothing may end early because of it.
local function to_redis_time(at, sent)
  local behind = now() - sent
  if behind > 0 and behind <= TRANSIT_MS then return tonumber(at) end
  return at + behind
end

-- The facts of any generation, expired or not, or nil; and the same as a flat list.
local function facts_of_any()
  local flat = redis.call('HGETALL', FACTS)
  if #flat == 0 then return nil, flat end
  local facts = {}
  for i = 1, #flat, 2 do facts[flat[i]] = flat[i + 1] end
  return facts, flat
end

local function bytes_key(generation, epoch)
  return BYTES .. ':' .. generation .. ':' .. epoch
end

local function lines_key(generation)
  return LINES .. ':' .. generation
end

local function forks_key(generation)
  return FORKS .. ':' .. generation
end

-- The id of the last entry, <tail>-<ms>. It alone has the length of an open log. nil if the stream does not exist.
local function last_id(facts)
  -- A key of another type gives an error. It has no bytes of the log, and the log can still be listed and removed.
  local entries = redis.pcall('XREVRANGE', bytes_key(facts.generation, facts.epoch), '+', '-', 'COUNT', 1)
  local last = not entries.err and entries[1]
  return last and last[1] or nil
end

-- Whether the stream has the entry that ends at `at` with this stamp. `last` is the id of the last entry.
local function has_entry(facts, last, at, stamp)
  local id = at .. '-' .. stamp
  return last == id or #redis.call('XRANGE', bytes_key(facts.generation, facts.epoch), id, id) > 0
end

-- When the log expires, or nil. A writer's appends do not change the facts: their time is in the last entry's id. `last` may be nil.
local function expiry_of(facts, last)
  if not facts.expiresAt then return nil end
  local at, ttl = tonumber(facts.expiresAt), tonumber(facts.ttlMs)
  if at and ttl then
    local entry = last or last_id(facts)
    if entry then at = math.max(at, string.match(entry, '%d+$') + ttl) end
  end
  return at
end

local function has_expired(facts, last)
  local at = expiry_of(facts, last)
  return at ~= nil and at <= now()
end

-- The facts of the generation in ARGV[2], or nil. A log that has expired counts as gone.
local function present_facts()
  local facts = facts_of_any()
  if facts and facts.generation == GENERATION and not has_expired(facts) then return facts end
  return nil
end

-- Whether forks keep the id taken although its log was removed or has expired.
local function is_retired(facts, last)
  if not facts then return redis.call('HEXISTS', RETIRED, ID) == 1 end
  return has_expired(facts, last) and redis.call('EXISTS', forks_key(facts.generation)) == 1
end

-- The stamp of entries that are stored at `time` after the entry `last`, which may be nil. Times do not go back within a log, although the
-- clocks of the nodes and of Redis differ and may be set.
local function stamp_after(last, time)
  return text(math.max(time, last and tonumber(string.match(last, '%d+$')) or 0))
end

local function tail_in(entry_id)
  return string.match(entry_id, '^%d+')
end

--[[ The index of names finds logs by their state and the beginning of their id. The logs of a partition are cut into spans of about SPAN_LOGS,
  in the order of their creation: a list goes from span to span, newest first, and reads only the matching logs of each.
  <names>:open, :interrupted, :closed   sorted sets, all scores 0, of <first ms of the span><id>\0<creation ms>:<generation>
  <names>:spans   sorted set of the first ms of each span, by itself
  <names>:built   hash of `upTo`: <creation ms>:<generation> of the last log that is in the index, or 'all'; absent: there is no index;
                  `added`: how many lifecycle events had been written when the index was begun; `told`: how many since then by versions
                  that maintain the index. `build-name-index.lua` builds it ]]
local SPANS, BUILT, FIRST_SPAN = NAMES .. ':spans', NAMES .. ':built', '0000000000000'

-- The span of a log, and the span after it. Nearly always it is the newest, which takes a third of the time to find. nil if the facts or the
-- spans are damaged.
local function span_of(created_at)
  if not tonumber(created_at) then return nil end
  local newest = redis.call('ZRANGE', SPANS, -1, -1)[1]
  if not newest or newest <= created_at then return newest, nil end
  local after = redis.call('ZRANGEBYSCORE', SPANS, '(' .. created_at, '+inf', 'LIMIT', 0, 1)[1]
  return redis.call('ZREVRANGEBYSCORE', SPANS, created_at, '-inf', 'LIMIT', 0, 1)[1], after
end

-- Moves the log in the index from its state to another one. If the log had no state, this adds it; if `state` is nil, this removes it.
local function index_as(facts, state)
  if facts.state == state then return end
  local created_at = facts.createdAt or redis.call('HGET', FACTS, 'createdAt')
  local key = created_at .. ':' .. facts.generation
  local up_to = redis.call('HGET', BUILT, 'upTo')
  if not up_to or up_to ~= 'all' and key > up_to then return end
  local span = span_of(created_at)
  if not span then return redis.call('HDEL', BUILT, 'upTo') end
  local entry = span .. ID .. '\0' .. key
  if facts.state then redis.call('ZREM', NAMES .. ':' .. facts.state, entry) end
  if state then redis.call('ZADD', NAMES .. ':' .. state, 0, entry) end
end

-- Removes a span without logs, except the oldest and the newest span.
local function drop_empty_span(created_at)
  local span, after = span_of(created_at)
  if not after or span == FIRST_SPAN then return end
  if redis.call('ZLEXCOUNT', ORDER, '[' .. span, '(' .. after) == 0 then redis.call('ZREM', SPANS, span) end
end

-- The id of the last event written.
local event_id = ''

-- <generation> <fork point> of a fork that was dropped. Its source, which may be in another partition, has one fork less.
local orphaned_fork = ''

-- `last` may be nil. If it is known, passing it saves a lookup, which copies a whole entry.
local function facts_reply(last)
  local facts, flat = facts_of_any()
  return { flat, last or last_id(facts), event_id, orphaned_fork }
end

-- `key_epoch` is the epoch in the name of the byte stream from now on.
local function write_event(kind, generation, key_epoch, ...)
  redis.call('HINCRBY', BUILT, 'told', 1)
  event_id = redis.call('XADD', LIFECYCLE, 'MAXLEN', '~', LIFECYCLE_LENGTH, '*',
    'kind', kind, 'id', ID, 'generation', generation, 'keyEpoch', key_epoch, ...)
end

-- Whether such an event was written in the last minute: for a script that may have run before without a reply.
local function has_event(kind, name, value)
  for _, event in ipairs(redis.call('XRANGE', LIFECYCLE, text(now() - 60000), '+')) do
    local fields = {}
    for i = 1, #event[2], 2 do fields[event[2][i]] = event[2][i + 1] end
    if fields.kind == kind and fields[name] == value then return true end
  end
  return false
end

-- Removes the writer of the log, and the deadline for its return.
local function detach_writer(facts)
  if facts.node then redis.call('ZREM', HELD, facts.node .. ':' .. ID) end
  redis.call('HDEL', FACTS, 'node', 'deadline')
end

-- Raises the epoch and gives the byte stream its new name.
local function fence(facts)
  local epoch = text(facts.epoch + 1)
  redis.call('RENAME', bytes_key(facts.generation, facts.epoch), bytes_key(facts.generation, epoch))
  redis.call('HSET', FACTS, 'epoch', epoch)
  facts.epoch = epoch
end

-- When a log expires that is touched at `time`. The slack saves most writes.
local function latest_expiry(facts, time)
  return time + facts.ttlMs + math.min(math.floor(facts.ttlMs / 10), 60000)
end

-- Extends the expiry of a log that expires when idle, if less than the whole time is left.
local function touch(facts, time)
  if not facts.ttlMs or tonumber(facts.expiresAt) >= time + facts.ttlMs then return end
  local at = text(latest_expiry(facts, time))
  redis.call('ZREM', EXPIRING, ID)
  redis.call('HSET', FACTS, 'expiresAt', at)
  redis.call('ZADD', EXPIRING, at, ID)
end

-- Seals the byte stream: its last id becomes the largest possible one, so that Redis refuses every later entry. Returns the id of the last
-- entry, to which Redis gives the stamp after that of the entry before.
local function close(facts, tail, outcome, time)
  detach_writer(facts)
  index_as(facts, 'closed')
  redis.call('ZREM', OVERDUE, ID)
  local last = redis.call('XADD', bytes_key(facts.generation, facts.epoch), tail .. '-*', 'o', outcome)
  redis.call('XSETID', bytes_key(facts.generation, facts.epoch), '18446744073709551615-18446744073709551615')
  -- `endsAt` keeps the length, as the bytes may be lost later.
  redis.call('HSET', FACTS, 'state', 'closed', 'outcome', outcome, 'updatedAt', text(time), 'endsAt', tail)
  redis.call('ZADD', SEALED, text(time), ID)
  write_event('ended', facts.generation, facts.epoch, 'at', tail, 'outcome', outcome)
  return last
end

-- Removes a generation and its bytes. Its id stays taken while it has forks, unless another generation replaces it.
-- `last` is the id of the last entry.
local function drop(facts, last, outcome, is_replaced)
  local tail = tail_in(last)
  detach_writer(facts)
  local generation = facts.generation
  redis.call('UNLINK', bytes_key(generation, facts.epoch), lines_key(generation), FACTS, PRODUCERS .. ':' .. generation)
  redis.call('ZREM', ORDER, facts.createdAt .. ':' .. facts.generation .. ':' .. ID)
  index_as(facts, nil)
  drop_empty_span(facts.createdAt)
  for _, due in ipairs({ OVERDUE, SEALED, EXPIRING }) do redis.call('ZREM', due, ID) end
  if is_replaced then redis.call('UNLINK', forks_key(facts.generation)) end
  if redis.call('EXISTS', forks_key(facts.generation)) == 1 then
    redis.call('HSET', RETIRED, ID, facts.generation .. ' ' .. (facts.forkedFrom or ''))
  else
    orphaned_fork = facts.forkedFrom and facts.generation .. ' ' .. facts.forkedFrom or ''
  end
  write_event('ended', facts.generation, facts.epoch, 'at', tail, 'outcome', outcome)
end
