-- uses shared
--[[ Sends away everyone who waits at one channel of a namespace, or at all of them.
  KEYS[1] any key of the relays   ARGV[1] system   ARGV[2] namespace   ARGV[3] channel or ''   ARGV[4] why ]]
local channels = { ARGV[3] }
if ARGV[3] == '' then channels = channels_in(ARGV[2]) end
for _, channel in ipairs(channels) do
  local place = ARGV[2] .. '/' .. channel
  evict_waiting(ARGV[1], place, PREFIX .. 'hp:' .. place, ARGV[4])
  tidy(place, PREFIX .. 'hp:' .. place)
end
return 1
