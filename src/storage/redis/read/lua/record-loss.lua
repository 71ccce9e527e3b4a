-- uses ../../schema/lua/shared
--[[ Records that Redis lost acknowledged bytes of a log: it came back from an older snapshot, or a replica took over that did not have
  everything. Several nodes that find one loss make one record, even if others have written again before. If the byte stream of an open log is
  gone, as by an eviction, the log continues at 0.
  ARGV[5] end       of the entry that the node knows of, or 0 for none    ARGV[6] stamp    of that entry: its unix ms, or 0
  ARGV[7] losses max    ARGV[8] number    of the last loss that the node knows of: Redis may have lost that record as well
  Returns { losses as JSON or '', id of the last entry or '0-0', id of the event or '', '1' if this made the record }.
  If the stream has the entry after all, nothing is recorded. Codes: LOG_GONE ]]
local END, STAMP, LOSSES_MAX = tonumber(ARGV[5]), tonumber(ARGV[6]), tonumber(ARGV[7])
local facts = present_facts()
if not facts then return 'LOG_GONE' end
local last = last_id(facts)
if last and (END == 0 or has_entry(facts, last, ARGV[5], ARGV[6])) then return { facts.losses or '', last, '', '0' } end

-- The end of the bytes that are older than the lost entry, and so precede it. Bytes that were written after the loss are newer.
local function kept_until()
  local key, low, high = bytes_key(facts.generation, facts.epoch), 0, last and END - 1 or 0
  while low < high do
    local middle = math.floor((low + high + 1) / 2)
    local entry = redis.call('XRANGE', key, text(middle), '+', 'COUNT', 1)[1]
    local at = entry and tonumber(tail_in(entry[1])) or END
    if at < END and tonumber(string.match(entry[1], '%d+$')) <= STAMP then low = at else high = middle - 1 end
  end
  return low
end
local from = kept_until()

-- Whether a sealed log was set back to when it was open, and then sealed again: it ends before the lost entry does, or other bytes have
-- replaced the lost ones.
local function was_sealed_anew()
  if tonumber(facts.endsAt) < END then return true end
  local entry = last and redis.call('XRANGE', bytes_key(facts.generation, facts.epoch), text(from + 1), '+', 'COUNT', 1)[1]
  return entry and entry[2][1] == 'd' and tonumber(tail_in(entry[1])) - #entry[2][2] < END
end

-- Any other sealed log never grows again, so no other bytes can replace the lost ones. Its readers get an error for those.
if facts.endsAt and not was_sealed_anew() then return { facts.losses or '', last or '0-0', '', '0' } end

local function format(loss)
  return string.format('{"number":%.0f,"from":%.0f,"to":%.0f,"at":%.0f}', loss.number, loss.from, loss.to, loss.at)
end

local losses = {}
for item in string.gmatch(facts.losses or '', '{[^}]*}') do
  local loss = {}
  for name, value in string.gmatch(item, '"(%a+)":(%d+)') do loss[name] = tonumber(value) end
  losses[#losses + 1] = loss
end

-- A write that needs no memory and changes nothing comes first, so that this succeeds while Redis is full.
redis.call('HDEL', FACTS, '')
local newest, is_new, is_stream_gone = losses[#losses], false, not last and not facts.endsAt
-- If the entry is older than the record, it belongs to the same loss.
if not is_stream_gone and newest and newest.at >= STAMP and newest.from < END then
  newest.from, newest.to = math.min(newest.from, from), math.max(newest.to, END)
else
  newest = { number = math.max(newest and newest.number or 0, tonumber(ARGV[8])) + 1, from = from, to = END, at = math.max(now(), STAMP) }
  losses[#losses + 1], is_new = newest, true
end
if #losses > LOSSES_MAX then
  local oldest = table.remove(losses, 1)
  losses[1].from, losses[1].to = math.min(oldest.from, losses[1].from), math.max(oldest.to, losses[1].to)
end
local texts = {}
for i, loss in ipairs(losses) do texts[i] = format(loss) end
local json = '[' .. table.concat(texts, ',') .. ']'
if json ~= facts.losses then redis.call('HSET', FACTS, 'losses', json) end
-- An open log continues in a new stream, with the name of the next epoch: a former writer may still have appends on their way, which would
-- leave a hole. A key of another type is left as it is.
if is_stream_gone then
  facts.epoch = text(facts.epoch + 1)
  last = redis.call('XADD', bytes_key(facts.generation, facts.epoch), '0-' .. text(now()), 'c', '1')
  redis.call('HSET', FACTS, 'epoch', facts.epoch)
  -- Without a stream the log could not be interrupted or abandoned. The next epoch fences its producer, if it has one.
  local deadline = facts.deadline
  if facts.node then
    local time = now()
    deadline = text(time + facts.graceMs)
    detach_writer(facts)
    index_as(facts, 'interrupted')
    redis.call('HSET', FACTS, 'state', 'interrupted', 'deadline', deadline, 'updatedAt', text(time))
    write_event('released', facts.generation, facts.epoch, 'epoch', text(facts.epoch - 1), 'state', 'interrupted')
  end
  if deadline then redis.call('ZADD', OVERDUE, deadline, ID) end
end
if is_new then
  write_event('lost', facts.generation, facts.epoch, 'loss', format(newest))
end
return { json, last or '0-0', event_id, is_new and '1' or '0' }
