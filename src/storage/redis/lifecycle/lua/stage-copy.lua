-- uses ../../../../redis/lua/clock
--[[ Writes a part of the copy that a fork begins with. Nobody sees it before the log is made; if it never is, it goes by itself.
  KEYS[1] bytes     the stream of the log to be
  ARGV[1] at        where the pieces begin    ARGV[2] ms until it goes    ARGV[3...] pieces, an entry each
  A repetition changes nothing. Answers 1, or 0 when what was copied before is not there any more. ]]
local stamp = text(now())
local last = redis.call('XREVRANGE', KEYS[1], '+', '-', 'COUNT', 1)[1]
local at, tail = tonumber(ARGV[1]), last and tonumber(string.match(last[1], '^%d+'))
if not tail then
  if at > 0 then return 0 end
  redis.call('XADD', KEYS[1], '0-' .. stamp, 'c', '1')
  tail = 0
end
if tail < at then return 0 end
for i = 3, #ARGV do
  at = at + #ARGV[i]
  if at > tail then redis.call('XADD', KEYS[1], text(at) .. '-' .. stamp, 'd', ARGV[i]) end
end
redis.call('PEXPIRE', KEYS[1], ARGV[2])
return 1
