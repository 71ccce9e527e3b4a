-- uses shared
--[[ One side comes to one direction of a session.
  KEYS[1] place   KEYS[2] session   ARGV[1] system   ARGV[2] place   ARGV[3] entry   ARGV[4] role: s or r
  Answers with the ms until the session expires, or with 'unknown' or 'taken'. ]]
local expires = redis.call('HGET', KEYS[2], 'expires')
if not expires then return 'unknown' end
if first_living(KEYS[1], ARGV[4]) then return 'taken' end
join(ARGV[1], ARGV[2], KEYS[1], ARGV[3], ARGV[4])
return math.max(0, expires - now())
