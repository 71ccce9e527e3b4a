--[[ Postpones records that cannot be parsed, so that the records behind them are found. They stay in the set: an operator may repair them.
  KEYS[1] one of the sorted sets OVERDUE, SEALED, EXPIRING of shared.lua
  ARGV[1] score up to which a record is due    ARGV[2] the later score    ARGV[3...] ids
  A record that has got another score meanwhile keeps it. ]]
for i = 3, #ARGV do
  local score = redis.call('ZSCORE', KEYS[1], ARGV[i])
  if score and tonumber(score) <= tonumber(ARGV[1]) then
    -- A write that needs no memory comes first: Redis may be full.
    redis.call('ZREM', KEYS[1], ARGV[i])
    redis.call('ZADD', KEYS[1], ARGV[2], ARGV[i])
  end
end
return 1
