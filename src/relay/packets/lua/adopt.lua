-- uses shared
--[[ Gives the packets of dead nodes to this node.
  ARGV[1] node
  Returns '1' if there were any, else '0'. ]]
local adopted = false
for _, other in ipairs(redis.call('SMEMBERS', P .. 'up:nodes')) do
  if other ~= ARGV[1] and not is_alive(other) then adopted = adopt(other, ARGV[1]) or adopted end
end
return adopted and '1' or '0'
