-- uses ../../schema/lua/shared
-- uses ./evaluate-commits
--[[ Stores commits of several writers, in their order. Each is evaluated by itself.
  KEYS[15] mark         the last reply to this node about this log, see below
  ARGV[5] number        of the batch; the numbers of one node rise
  ARGV[6] known end     how far the node knows the log to reach
  ARGV[7] bytes max     of the log    ARGV[8] producers max
  ARGV[9] total         of the bytes if every commit of the batch has bytes and nothing else; otherwise ''
  ARGV[10] plan         for each commit, separated by spaces, its length and, if it has more than bytes,
                        /<producer>/<epoch>/<sequence of the producer>/<sequence>/<outcome>: the first and the last two are
                        indexes in ARGV, or nothing
  ARGV[11] pieces       how many of the arguments that follow are bytes: those of all commits, cut into entries
  ARGV[12...]           those, and then the values that the plan refers to
  Returns { '<tail before>/<unix ms of the entries> <1 if it was sealed before> <verdicts>', id of the last event or '' }. A verdict is '+' for stored,
  '=' for a duplicate, or a code; the latter two may be followed by /<epoch>/<sequence> of the stored state of the producer. One '+' may be
  the verdict of all. The mark holds that summary for a while: a batch whose reply was lost, or that arrives late, is stored once.
  Returns 'CHANGED' if the log is shorter than the node knows: Redis has lost a part of it.
  Codes, for the whole batch: LOG_GONE | LOG_BUSY | STORE_DAMAGED | STORE_UNAVAILABLE for a batch that its node has given up ]]
local MARK, NUMBER, TOTAL, PLAN, PIECES = KEYS[15], ARGV[5], tonumber(ARGV[9]), ARGV[10], tonumber(ARGV[11])
local MARK_MS, ENTRY_BYTES_MAX = 600000, 32000

local mark = redis.call('GET', MARK)
if mark then
  local number, event, summary = string.match(mark, '^(%d+) (%S*) (.*)$')
  if number == NUMBER then return { summary, event } end
  if tonumber(number) > tonumber(NUMBER) then return 'STORE_UNAVAILABLE' end
end

local names = { 'generation', 'epoch', 'state', 'node', 'expiresAt', 'ttlMs', 'deadline', 'graceMs', 'committing', 'endsAt' }
local facts = {}
for i, value in ipairs(redis.call('HMGET', FACTS, unpack(names))) do facts[names[i]] = value end
if facts.generation ~= GENERATION then return 'LOG_GONE' end
local last = last_id(facts)
if has_expired(facts, last or '0-0') then return 'LOG_GONE' end
if not last and not facts.endsAt then return 'STORE_DAMAGED' end
local start = tonumber(facts.endsAt or tail_in(last))
if start < tonumber(ARGV[6]) then return 'CHANGED' end
if facts.node then return 'LOG_BUSY' end

local was_closed = facts.state == 'closed'
local log = { tail = start, is_closed = was_closed, changed = {}, bytes_max = tonumber(ARGV[7]), producers_max = tonumber(ARGV[8]) }
local verdicts, pieces = { '+' }, {}
for i = 1, PIECES do pieces[i] = ARGV[11 + i] end
if TOTAL and not was_closed and start + TOTAL <= log.bytes_max then
  log.tail = start + TOTAL
else
  verdicts, pieces = evaluate_commits(log, PLAN, pieces, ENTRY_BYTES_MAX)
end
local time = now()
local stamp = stamp_after(last, time)
local summary = text(start) .. '/' .. stamp .. ' ' .. (was_closed and '1 ' or '0 ') .. table.concat(verdicts, ' ')
if log.tail == start and log.is_closed == was_closed then return { summary, '' } end

-- Bytes come first: this is the write that Redis refuses if its memory is full.
local at, key = start, bytes_key(GENERATION, facts.epoch)
for _, piece in ipairs(pieces) do
  at = at + #piece
  redis.call('XADD', key, text(at) .. '-' .. stamp, 'd', piece)
end
if log.is_closed then
  close(facts, text(log.tail), log.outcome, time)
else
  if facts.deadline then
    local deadline = text(time + (facts.graceMs or 0))
    redis.call('HSET', FACTS, 'deadline', deadline)
    redis.call('ZADD', OVERDUE, deadline, ID)
  end
  -- Appends of a writer that has left may still be on their way: the new name keeps them out.
  if facts.committing ~= facts.epoch then
    fence(facts)
    redis.call('HSET', FACTS, 'committing', facts.epoch)
    write_event('renamed', GENERATION, facts.epoch)
  end
end
touch(facts, time)
local states = {}
for producer, state in pairs(log.changed) do
  states[#states + 1] = producer
  states[#states + 1] = text(state.epoch) .. '/' .. text(state.sequence)
end
if #states > 0 then redis.call('HSET', PRODUCERS .. ':' .. GENERATION, unpack(states)) end
if log.new_sequence then redis.call('HSET', FACTS, 'sequence', log.new_sequence) end
if log.new_sealed_by then redis.call('HSET', FACTS, 'sealedBy', log.new_sealed_by) end
redis.call('SET', MARK, NUMBER .. ' ' .. event_id .. ' ' .. summary, 'PX', MARK_MS)
return { summary, event_id }
