-- uses shared
--[[ Which node asks an upstream for packets: the one that did so last, as long as it goes on.
  ARGV[1] node   ARGV[2] names the upstream   ARGV[3] for how long, ms; 0: the node does not go on
  Answers with 0 when it is this node, and else with how long another one has it yet, ms. ]]
local node, upstream, ms = unpack(ARGV)
local key = P .. 'poll:' .. upstream
local holder = redis.call('GET', key)
if holder and holder ~= node then return redis.call('PTTL', key) end
if ms == '0' then
  redis.call('DEL', key)
else
  redis.call('SET', key, node, 'PX', ms)
end
return 0
