-- uses shared
--[[ The packets that a node has to send.
  ARGV[1] node   ARGV[2] the seq after which they begin
  Returns { seq, client, seq, client, … } in order. ]]
local packets = redis.call('ZRANGEBYSCORE', P .. 'up:of:' .. ARGV[1], '(' .. ARGV[2], '+inf')
local found = {}
for _, seq in ipairs(packets) do
  found[#found + 1] = seq
  found[#found + 1] = redis.call('HGET', P .. 'up:client', seq) or ''
end
return found
