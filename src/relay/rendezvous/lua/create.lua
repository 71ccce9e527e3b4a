-- uses shared
--[[ Creates a stream.
  KEYS[1] stream   ARGV[1] id   ARGV[2] lifetime ms   ARGV[3] retention ms   ARGV[4] most streams   ARGV[5] headers as JSON
  Returns 1, or 0 if there are too many. ]]
local created = now()
redis.call('ZREMRANGEBYSCORE', INDEX, '-inf', text(created))
if redis.call('ZCARD', INDEX) >= tonumber(ARGV[4]) then return 0 end
redis.call('HSET', KEY, 'created', text(created), 'deadline', text(created + ARGV[2]), 'state', 'CREATED',
  'headers', ARGV[5], 'retention', ARGV[3], 'bytes', '0')
keep(ARGV[2] + ARGV[3])
return 1
