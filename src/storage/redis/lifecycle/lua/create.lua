-- uses ../../schema/lua/shared
-- uses ../../schema/lua/spans
--[[ Creates an open log, with a writer on NODE if a grace is given.
  ARGV[5] mode        'new' or 'replace'
  ARGV[6] full        '1' if no more logs are allowed
  ARGV[7] grace ms    or '': then no writer is attached
  ARGV[8] again       '1' if it may have run before
  ARGV[9] staged      '', or the tail of the byte stream that exists already: the copy of the first bytes of a fork
  ARGV[10] ttl ms     or ''    ARGV[11] when it expires, unix ms, or ''
  ARGV[12] outcome    as JSON, or '': seals the log at once
  ARGV[13] pieces     how many of the arguments that follow are bytes, an entry each
  ARGV[14...]         those, and then further facts, names and values
  Repeated with the same generation, it returns the same as the first time, or LOG_GONE if that generation has ended already.
  Codes: LOG_EXISTS | LOGS_TOO_MANY | LOG_GONE | LOG_RETIRED | STORE_UNAVAILABLE if the staged copy is lost ]]
local STAGED, TTL, EXPIRES_AT, OUTCOME, PIECES = ARGV[9], ARGV[10], ARGV[11], ARGV[12], tonumber(ARGV[13])
local old = facts_of_any()
if old and old.generation == GENERATION then return facts_reply() end
if ARGV[8] == '1' and has_event('created', 'generation', GENERATION) then return 'LOG_GONE' end
if is_retired(old) then return 'LOG_RETIRED' end
local replaces = old and not has_expired(old)
if replaces and ARGV[5] == 'new' then return 'LOG_EXISTS' end
if not old and ARGV[6] == '1' then return 'LOGS_TOO_MANY' end
local facts = { generation = GENERATION, epoch = '1' }
local staged = STAGED ~= '' and last_id(facts)
if STAGED ~= '' and not (staged and tail_in(staged) == STAGED) then return 'STORE_UNAVAILABLE' end

local time = text(now())
local bytes = bytes_key(GENERATION, '1')
if old then
  drop(old, last_id(old) or '0-0', replaces and '{"kind":"replaced"}' or '{"kind":"expired"}', replaces)
end
local more = { unpack(ARGV, 14 + PIECES) }
local function has(name, value)
  more[#more + 1] = name
  more[#more + 1] = value
end
if ARGV[7] ~= '' then
  facts.node = NODE
  has('node', NODE)
  has('graceMs', ARGV[7])
else
  has('committing', '1')
end
if TTL ~= '' then
  EXPIRES_AT = text(time + TTL)
  has('ttlMs', TTL)
end
if EXPIRES_AT ~= '' then has('expiresAt', EXPIRES_AT) end
redis.call('HSET', FACTS, 'generation', GENERATION, 'state', 'open', 'epoch', '1', 'createdAt', time, 'updatedAt', time,
  'replaced', replaces and '1' or '0', unpack(more))
redis.call('UNLINK', LOST .. ID)
local last = staged
if staged then redis.call('PERSIST', bytes) else last = redis.call('XADD', bytes, '0-' .. time, 'c', '1') end
local tail, stamp = staged and tonumber(STAGED) or 0, stamp_after(last, time)
for i = 14, 13 + PIECES do
  tail = tail + #ARGV[i]
  last = redis.call('XADD', bytes, text(tail) .. '-' .. stamp, 'd', ARGV[i])
end
begin_span(time)
redis.call('ZADD', ORDER, 0, time .. ':' .. GENERATION .. ':' .. ID)
facts.createdAt = time
if OUTCOME == '' then index_as(facts, 'open') end
if facts.node then redis.call('ZADD', HELD, 0, NODE .. ':' .. ID) end
if EXPIRES_AT ~= '' then redis.call('ZADD', EXPIRING, EXPIRES_AT, ID) end
write_event('created', GENERATION, '1')
if OUTCOME ~= '' then last = close(facts, text(tail), OUTCOME, time) end
return facts_reply(last)
