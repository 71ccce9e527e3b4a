-- uses shared
--[[ The names of the channels of a namespace, or of all namespaces.
  KEYS[1] any key of the relays   ARGV[1] namespace or '' ]]
if ARGV[1] ~= '' then return living_channels(ARGV[1]) end
local found = {}
for _, namespace in ipairs(redis.call('ZRANGE', NAMESPACES, 0, -1)) do
  if #living_channels(namespace) > 0 then found[#found + 1] = namespace end
end
return found
