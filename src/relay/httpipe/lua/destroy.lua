-- uses shared
--[[ Evicts all that wait at one channel of a namespace, or at all of its channels.
  KEYS[1] any key of the relays   ARGV[1] namespace   ARGV[2] channel or ''   ARGV[3] why ]]
local channels = { ARGV[2] }
if ARGV[2] == '' then channels = channels_in(ARGV[1]) end
for _, channel in ipairs(channels) do
  local queue = queue_named(ARGV[1] .. '/' .. channel)
  evict_waiting(queue, ARGV[3])
  forget_if_empty(queue)
end
return 1
