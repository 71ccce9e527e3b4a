-- uses shared
--[[ Records how many bytes have been read from the sender.
  KEYS[1] stream   ARGV[1] id   ARGV[2] bytes ]]
if redis.call('HGET', KEY, 'state') ~= 'STREAMING' then return 0 end
redis.call('HSET', KEY, 'bytes', ARGV[2])
keep(KEPT_MS)
return 1
