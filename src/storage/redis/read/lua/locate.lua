-- uses ../../schema/lua/shared
--[[ The position of one generation: { epoch, state, id of the last entry, outcome or '', ms until it expires or '', losses as JSON or '',
  claim of the last attach or '', '1' or '0', where it was sealed or '' }. The '1' is whether the stream has the entry that the node knows of. Small, unlike `info`.
  ARGV[5] end     of an entry that the node knows of, or ''    ARGV[6] stamp    of that entry: its unix ms
  Codes: LOG_GONE | STORE_DAMAGED ]]
local generation, epoch, state, outcome, expires_at, ttl, losses, claim, ends_at = unpack(redis.call('HMGET', FACTS,
  'generation', 'epoch', 'state', 'outcome', 'expiresAt', 'ttlMs', 'losses', 'claim', 'endsAt'))
if generation ~= GENERATION then return 'LOG_GONE' end
local facts = { generation = generation, epoch = epoch }
local last = last_id(facts)
local expiry = expiry_of({ expiresAt = expires_at, ttlMs = ttl }, last or '0-0')
local left = expiry and expiry - now()
if left and left <= 0 then return 'LOG_GONE' end
if not last and not ends_at then return 'STORE_DAMAGED' end
last = last or '0-0'
local is_there = ARGV[5] == '' or has_entry(facts, last, ARGV[5], ARGV[6])
return { epoch, state, last, outcome or '', left and text(left) or '', losses or '', claim or '', is_there and '1' or '0', ends_at or '' }
