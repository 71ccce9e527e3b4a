-- uses shared
--[[ Removes a session and sends away who waits there. Of two that are paired the sender's node knows whether a byte has
  flowed; if none has, it ends their exchange.
  KEYS[1] session   ARGV[1] system   ARGV[2] id   ARGV[3] why ]]
redis.call('DEL', KEYS[1])
redis.call('ZREM', INDEX, ARGV[2])
for _, sender in ipairs({ 'host', 'guest' }) do
  local place, key = ARGV[2] .. ':' .. sender, KEYS[1] .. ':' .. sender
  local pair = current_match(ARGV[1], place, key)
  evict_waiting(ARGV[1], place, key, ARGV[3])
  if pair then notify(ARGV[1], place, pair.s, 'gone', { why = ARGV[3] }) end
end
return 1
