-- uses shared
--[[ Makes what dead nodes had to send this node's.
  ARGV[1] node
  Answers with '1' when there was any, else '0'. ]]
local adopted = false
for _, other in ipairs(redis.call('SMEMBERS', P .. 'up:nodes')) do
  if other ~= ARGV[1] and not is_alive(other) then adopted = adopt(other, ARGV[1]) or adopted end
end
return adopted and '1' or '0'
