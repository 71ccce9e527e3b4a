-- uses ../../schema/lua/shared
--[[ Finds the first byte that was committed at a time or later, by halves: the ids of the entries have offsets and times. A probe copies one
  entry, of at most 32,000 bytes, and there are at most as many probes as the tail has binary digits. If an older version stored times that
  go back, this finds one of the places where the time is passed.
  ARGV[5] at    unix ms
  Returns { its offset, or the tail if there is no such byte; the end of the bytes; where the log was sealed or '' }
  Codes: LOG_GONE | STORE_DAMAGED ]]
local AT = tonumber(ARGV[5])
local generation, epoch, expires_at, ttl, ends_at = unpack(redis.call('HMGET', FACTS, 'generation', 'epoch', 'expiresAt', 'ttlMs', 'endsAt'))
if generation ~= GENERATION then return 'LOG_GONE' end
local last = last_id({ generation = generation, epoch = epoch })
if has_expired({ expiresAt = expires_at, ttlMs = ttl }, last or '0-0') then return 'LOG_GONE' end
if not last and not ends_at then return 'STORE_DAMAGED' end
last = last or '0-0'

-- Where the entry with the byte at `offset` begins and ends, and its time. nil if its bytes are missing.
local function entry_with(offset)
  local entry = redis.call('XRANGE', bytes_key(generation, epoch), text(offset + 1), '+', 'COUNT', 1)[1]
  if not entry or entry[2][1] ~= 'd' then return nil end
  local stop = tonumber(tail_in(entry[1]))
  return stop - #entry[2][2], stop, tonumber(string.match(entry[1], '%d+$'))
end

-- All bytes before `low` are older. The byte at `high` is not, if there is one.
local tail = tonumber(tail_in(last))
local low, high = 0, tail
if tonumber(string.match(last, '%d+$')) < AT then low = tail end
while low < high do
  local middle = math.floor((low + high) / 2)
  local begin, stop, time = entry_with(middle)
  if begin and time < AT then low = stop else high = math.max(low, math.min(middle, begin or middle)) end
end
return { text(math.min(low, tail)), text(tail), ends_at or '' }
