-- uses shared
--[[ What a node has to send.
  ARGV[1] node   ARGV[2] the last it knows of
  Answers with { seq, client, seq, client, … } in order. ]]
local packets = redis.call('ZRANGEBYSCORE', P .. 'up:of:' .. ARGV[1], '(' .. ARGV[2], '+inf')
local news = {}
for _, seq in ipairs(packets) do
  news[#news + 1] = seq
  news[#news + 1] = redis.call('HGET', P .. 'up:client', seq) or ''
end
return news
