--[[ Where one generation stands: { epoch, state, id of the last entry, outcome or '', ms until it expires or '' }. Small, unlike `info`.
  Codes: LOG_GONE | STORE_DAMAGED ]]
local generation, epoch, state, outcome, expires_at, ttl =
  unpack(redis.call('HMGET', FACTS, 'generation', 'epoch', 'state', 'outcome', 'expiresAt', 'ttlMs'))
if generation ~= GENERATION then return 'LOG_GONE' end
local last = last_id({ generation = generation, epoch = epoch })
local expiry = expiry_of({ expiresAt = expires_at, ttlMs = ttl }, last or '0-0')
local left = expiry and expiry - now()
if left and left <= 0 then return 'LOG_GONE' end
if not last then return 'STORE_DAMAGED' end
return { epoch, state, last, outcome or '', left and text(left) or '' }
