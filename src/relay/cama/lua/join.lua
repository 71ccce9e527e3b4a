-- uses shared
--[[ Adds a waiter to one direction of a session.
  KEYS[1] queue   ARGV[1] its name   ARGV[2] waiter   ARGV[3] role: s or r
  Returns the ms until the session expires, or 'unknown' or 'taken'. ]]
local queue = queue_named(ARGV[1])
local expires = redis.call('HGET', session_key(queue), 'expires')
if not expires then return 'unknown' end
if first_living(queue, ARGV[3]) then return 'taken' end
join(queue, ARGV[2], ARGV[3])
return math.max(0, expires - now())
