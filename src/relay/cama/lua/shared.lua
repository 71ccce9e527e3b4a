-- uses ../../queues/lua/match
--[[ A session is a hash: token, the SHA-256 of the host's; secure, 1 or 0; peer; expires, unix ms. Its two places have its key, a colon
  and who sends. INDEX is a sorted set of sessions by the time at which they expire. ]]
local INDEX = PREFIX .. 'cm-index'
