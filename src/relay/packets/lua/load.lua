-- uses shared
--[[ ARGV[1] node   ARGV[2] seq
  Answers with the packet, or with nothing when it is not this node's to send any more. ]]
if not redis.call('ZSCORE', P .. 'up:of:' .. ARGV[1], ARGV[2]) then return false end
return redis.call('HGET', P .. 'up', ARGV[2])
