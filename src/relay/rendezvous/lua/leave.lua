-- uses shared
--[[ Removes a waiter, and ends its stream, unless its node is stopping.
  KEYS[1] stream   ARGV[1] id   ARGV[2] waiter   ARGV[3] role: s or r   ARGV[4] reason: left, timeout or stopping
  Returns 1 if it was waiting, else 0. ]]
local was_waiting = leave(QUEUE, ARGV[2], ARGV[3])
if was_waiting == 0 or redis.call('EXISTS', KEY) == 0 then return was_waiting end
local is_sender = ARGV[3] == 's'
if ARGV[4] == 'left' then
  deactivate(is_sender and 'SRC_DISCONNECTED' or 'DST_DISCONNECTED')
elseif ARGV[4] == 'timeout' then
  deactivate(is_sender and 'TIMEOUT_NO_DST' or 'TIMEOUT_NO_SRC')
end
return was_waiting
