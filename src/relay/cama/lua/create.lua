-- uses shared
--[[ Creates a session.
  KEYS[1] session   ARGV[1] id   ARGV[2] SHA-256 of the token   ARGV[3] secure   ARGV[4] expires, unix ms   ARGV[5] most sessions
  Returns 1, or 0 if there are too many. ]]
redis.call('ZREMRANGEBYSCORE', INDEX, '-inf', text(now()))
if redis.call('ZCARD', INDEX) >= tonumber(ARGV[5]) then return 0 end
redis.call('HSET', KEYS[1], 'token', ARGV[2], 'secure', ARGV[3], 'expires', ARGV[4])
redis.call('PEXPIREAT', KEYS[1], ARGV[4])
redis.call('ZADD', INDEX, ARGV[4], ARGV[1])
return 1
