--[[ Stores commits that have only bytes, in a log without a writer, expiry or deadline, as `commit.lua` would at three times the cost. This
  script uses no other file, which would make it slower.
  KEYS[1] facts         of the log
  KEYS[2] bytes         prefix of the names of byte streams
  KEYS[3] mark          of this node, as `commit.lua` writes it
  ARGV[1] generation    ARGV[2] number of the batch    ARGV[3] known end    ARGV[4] bytes max of the log
  ARGV[5] total         of the bytes
  ARGV[6...] pieces     the bytes of all commits, cut into entries
  Returns '<tail before>/<unix ms of the entries>'; or nil, having stored nothing, if `commit.lua` must evaluate the batch. ]]
local GENERATION, NUMBER, TOTAL, MARK_MS = ARGV[1], ARGV[2], tonumber(ARGV[5]), 600000

local mark = redis.call('GET', KEYS[3])
if mark and tonumber(string.match(mark, '^%d+')) >= tonumber(NUMBER) then return nil end

local names = { 'generation', 'epoch', 'committing', 'state', 'node', 'expiresAt', 'deadline' }
local facts = redis.call('HMGET', KEYS[1], unpack(names))
local epoch = facts[2]
if facts[1] ~= GENERATION or facts[3] ~= epoch or facts[4] == 'closed' then return nil end
if facts[5] or facts[6] or facts[7] then return nil end

local key = KEYS[2] .. ':' .. GENERATION .. ':' .. epoch
-- A key of another type gives an error, which has no entry.
local last = redis.pcall('XREVRANGE', key, '+', '-', 'COUNT', 1)[1]
if not last then return nil end
local tail, last_stamp = string.match(last[1], '^(%d+)-(%d+)$')
local start = tonumber(tail)
if start < tonumber(ARGV[3]) or start + TOTAL > tonumber(ARGV[4]) then return nil end

local time, at = redis.call('TIME'), start
-- As `stamp_after` in `shared.lua`.
local stamp = math.max(time[1] * 1000 + math.floor(time[2] / 1000), tonumber(last_stamp))
stamp = string.format('%d', stamp)
for i = 6, #ARGV do
  at = at + #ARGV[i]
  redis.call('XADD', key, string.format('%d-', at) .. stamp, 'd', ARGV[i])
end
local before = string.format('%d/', start) .. stamp
redis.call('SET', KEYS[3], NUMBER .. '  ' .. before .. ' 0 +', 'PX', MARK_MS)
return before
