-- uses shared
--[[ A packet that a node has to send.
  ARGV[1] node   ARGV[2] seq
  Returns the packet, or nothing if another node has to send it now. ]]
if not redis.call('ZSCORE', P .. 'up:of:' .. ARGV[1], ARGV[2]) then return false end
return redis.call('HGET', P .. 'up', ARGV[2])
