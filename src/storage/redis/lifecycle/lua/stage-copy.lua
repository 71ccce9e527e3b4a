--[[ Writes a part of the copy of a fork's first bytes. No reader sees it before the log is created; until then it may expire.
  KEYS[1] bytes     the stream of the future log
  ARGV[1] at        where the pieces begin    ARGV[2] ms until it expires
  ARGV[3...]        pairs of a stamp, which is that of the bytes in the source, and a piece: an entry each
  A repetition changes nothing. Returns 1, or 0 if the former parts are lost. ]]
local last = redis.call('XREVRANGE', KEYS[1], '+', '-', 'COUNT', 1)[1]
local at, tail = tonumber(ARGV[1]), last and tonumber(string.match(last[1], '^%d+'))
local stamp = last and tonumber(string.match(last[1], '%d+$')) or tonumber(ARGV[3])
local function id_at(offset)
  return string.format('%.0f-%.0f', offset, stamp)
end
if not tail then
  if at > 0 then return 0 end
  redis.call('XADD', KEYS[1], id_at(0), 'c', '1')
  tail = 0
end
if tail < at then return 0 end
for i = 4, #ARGV, 2 do
  at = at + #ARGV[i]
  -- Logs of older versions have stamps that go back.
  stamp = math.max(stamp, tonumber(ARGV[i - 1]))
  if at > tail then redis.call('XADD', KEYS[1], id_at(at), 'd', ARGV[i]) end
end
redis.call('PEXPIRE', KEYS[1], ARGV[2])
return 1
