-- uses shared
--[[ Makes this node the one that polls an upstream, unless another one is.
  ARGV[1] node   ARGV[2] names the upstream   ARGV[3] for how long, ms; 0 ends the claim
  Returns 0 if it is this node, else for how many more ms it is another one. ]]
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
